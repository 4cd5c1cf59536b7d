import { hash } from 'node:crypto'

/** What somebody shows themselves by: 32 random bytes, base64url. It is shown once. */
export function newCredential(randomBytes: (size: number) => Uint8Array): string {
  return Buffer.from(randomBytes(32)).toString('base64url')
}

/** Whether a text is as long as one, and of its letters; where not, it was never given to anybody. */
export function isCredential(text: string): boolean {
  return /^[\w-]{43}$/.test(text)
}

/** All that is kept of it, base64url: of so long a random text a plain hash gives nothing away. */
export function hashedCredential(credential: string): string {
  return hash('sha256', credential, 'base64url')
}
