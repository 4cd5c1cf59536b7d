import { fairLetters, lettersOf } from './user-code.ts'

/** 43 bits: with each wrong one counted as a wrong password is, nobody finds one in its time. */
const length = 10

/** @param random 32 bytes from the CSPRNG. @returns e.g. `WDJBM-JHTXR`. */
export function createInvitationCode(random: Uint8Array): string {
  return grouped(fairLetters(random, length))
}

/** The code that a person meant: case, spaces and dashes do not matter, full-width letters count. */
export function readInvitationCode(typed: string): string | undefined {
  const letters = lettersOf(typed)
  return letters?.length === length ? grouped(letters) : undefined
}

function grouped(letters: string): string {
  return letters.replace(/.{5}(?=.)/g, '$&-')
}
