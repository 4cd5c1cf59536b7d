import { Refusal } from '../errors.ts'
import { isGuessable } from './guessable.ts'

export const longestPassword = 1024
/** ASVS 6.2.1. */
const shortestPassword = 8

/**
 * More marks on one letter than any writing has (UAX #15, Stream-Safe Text). To bring them into their
 * order takes time in proportion to the square of their number, and strangers choose it.
 */
const endlessMarks = /\p{M}{31}/u

/**
 * The password as it is hashed and compared: OpaqueString (RFC 8265 §4.2), so that the same keys on
 * another keyboard give the same password (가 in one code point or in two, any kind of space). Endless
 * marks stay in the order in which they were typed.
 */
export function preparedPassword(password: string): string {
  const spaced = password.replace(/\p{Zs}/gu, ' ')
  return endlessMarks.test(spaced) ? spaced : spaced.normalize('NFC')
}

/** As a person would count: one for each code point, however it is stored. */
export function passwordLength(prepared: string): number {
  return [...prepared].length
}

/**
 * A new password: long enough and not among the first that anybody would guess; what it is made of
 * is its owner's business (ASVS 6.2.5).
 * @param context words that everybody here can guess: the account's id, the site's names.
 * @param shares who it is for, as what is looked at takes turns.
 * @throws Refusal naming what is wrong with it, or `busy`.
 */
export async function requireNewPassword(
  password: string,
  context: readonly string[],
  shares: readonly string[],
): Promise<string> {
  const prepared = preparedPassword(password)
  requireStorable(prepared)
  if (passwordLength(prepared) < shortestPassword) throw new Refusal('password_too_short')
  if (await isGuessable(prepared, context, shares)) throw new Refusal('password_too_common')
  return prepared
}

/** The seed's demo route takes any password at all. */
export function requireAnyPassword(password: string): string {
  const prepared = preparedPassword(password)
  if (prepared === '') throw new Refusal('password_too_short')
  return requireStorable(prepared)
}

function requireStorable(prepared: string): string {
  if (passwordLength(prepared) > longestPassword) throw new Refusal('password_too_long')
  return prepared
}
