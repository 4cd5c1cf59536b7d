/** User codes are typed by people whose camera cannot help (RFC 8628 §6.1: no vowels, no digits). */

const alphabet = 'BCDFGHJKLMNPQRSTVWXZ'
const letters = 8

/** @param random 32 bytes from the CSPRNG. @returns e.g. `WDJB-MJHT`: 34.5 bits. */
export function createUserCode(random: Uint8Array): string {
  // Bytes beyond the last full round of the alphabet would favour its first letters.
  const fair = Array.from(random).filter(byte => byte < 240)
  const code = fair
    .slice(0, letters)
    .map(byte => alphabet[byte % alphabet.length])
    .join('')
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** The code that a person meant: case, spaces and dashes do not matter, full-width letters count. */
export function readUserCode(typed: string): string | undefined {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
  const known = code.length === letters && [...code].every(letter => alphabet.includes(letter))
  return known ? `${code.slice(0, 4)}-${code.slice(4)}` : undefined
}
