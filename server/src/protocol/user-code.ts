/** User codes are typed by people whose camera cannot help (RFC 8628 §6.1: no vowels, no digits). */

const alphabet = 'BCDFGHJKLMNPQRSTVWXZ'

/** Letters of a code, and what they say: 34.5 bits, or 51.8, which nobody can guess in its time. */
const lengths = { short: 8, long: 12 }

/** @param random 32 bytes from the CSPRNG. @returns e.g. `WDJB-MJHT`, or three such groups. */
export function createUserCode(random: Uint8Array, length: keyof typeof lengths): string {
  return grouped(fairLetters(random, lengths[length]))
}

/** The code that a person meant: case, spaces and dashes do not matter, full-width letters count. */
export function readUserCode(typed: string): string | undefined {
  const letters = lettersOf(typed)
  const { short, long } = lengths
  return letters && [short, long].includes(letters.length) ? grouped(letters) : undefined
}

/** @param random so many bytes that some may be left out. */
export function fairLetters(random: Uint8Array, count: number): string {
  // Bytes beyond the last full round of the alphabet would favour its first letters.
  const fair = Array.from(random).filter(byte => byte < 240)
  const letters = fair.slice(0, count).map(byte => alphabet[byte % alphabet.length])
  return letters.join('')
}

/** The letters of what was typed, where all that counts in it is of a code. */
export function lettersOf(typed: string): string | undefined {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
  return [...code].every(letter => alphabet.includes(letter)) ? code : undefined
}

/** Whether a code is beyond guessing. */
export function isLongCode(userCode: string): boolean {
  return userCode.length > grouped('B'.repeat(lengths.short)).length
}

function grouped(letters: string): string {
  return letters.replace(/.{4}(?=.)/g, '$&-')
}
