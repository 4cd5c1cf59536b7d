import { hash } from 'node:crypto'

/** The phone key: 256 random bits in a cookie; says "I am the browser that scanned". */
const pattern = /^[A-Za-z0-9_-]{43}$/

/** @param random 32 bytes from the CSPRNG. */
export function createPhoneKey(random: Uint8Array): string {
  return Buffer.from(random).toString('base64url')
}

export function isPhoneKey(text: string): boolean {
  return pattern.test(text)
}

/** What a row keeps of a phone key: bound to one sign-in, so that rows cannot be linked by it. */
export function phoneHash(phoneKey: string, id: string): string {
  return hash('sha256', phoneKey + id, 'base64url')
}

/** What a phone is counted as, over all its sign-ins. Never stored as it is. */
export function phoneName(phoneKey: string): string {
  return phoneHash(phoneKey, 'phone')
}
