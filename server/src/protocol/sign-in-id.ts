/** Sign-in ids are UUIDv7 (RFC 9562 §5.7): 48 bits of start time, 74 random bits. They are public. */
export const signInIdPattern =
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** @param random 10 bytes from the CSPRNG; no counter, so that ids cannot be guessed from each other. */
export function createSignInId(now: number, random: Uint8Array): string {
  const time = now.toString(16).padStart(12, '0')
  const rest = Buffer.from(random.buffer, random.byteOffset, 10).toString('hex')
  const variant = '89ab'.charAt(Number.parseInt(rest.charAt(4), 16) & 3)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(1, 4)}-${variant}${rest.slice(5, 8)}-${rest.slice(8)}`
}

export function isSignInId(text: string): boolean {
  return signInIdPattern.test(text)
}

/** When the sign-in was started, in milliseconds since 1970. */
export function startedAt(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

export function signInIdToBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

/** @param bytes 16 bytes. */
export function signInIdFromBytes(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
