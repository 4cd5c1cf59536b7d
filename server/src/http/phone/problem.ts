import { withTime } from '@qrgate/sdk/protocol'
import type { RefusalCode } from '../../errors.ts'
import { sentence } from '../server/sentences.ts'
import type { Words } from './vocabulary.ts'

export type Field = 'invitation' | 'account' | 'name' | 'password'

/**
 * Refusals that the visitor can mend in the form, with the field to look at; null where it is none
 * of them. Every other refusal has a page of its own.
 */
const fields: ReadonlyMap<RefusalCode, Field | null> = new Map<RefusalCode, Field | null>([
  ['wrong_credentials', 'password'],
  ['phone_forgotten', null],
  ['proof_too_old', null],
  ['passkey_wrong', 'account'],
  ['method_not_allowed', null],
  ['account_unusable', 'account'],
  ['account_exists', 'account'],
  ['account_id_invalid', 'account'],
  ['name_invalid', 'name'],
  ['password_too_short', 'password'],
  ['password_too_long', 'password'],
  ['password_too_common', 'password'],
  ['too_many_tries', null],
  ['invitation_wrong', 'invitation'],
  ['notice_changed', null],
  ['registration_closed', null],
  ['busy', null],
])

/** What is asked for is another thing than the page asks: the one with the right form is the server's. */
const leadElsewhere = new Set<RefusalCode>([
  'phone_forgotten',
  'proof_too_old',
  'method_not_allowed',
  'notice_changed',
])

/** Something the visitor can mend in the form. */
export interface Problem {
  sentence: string
  field: Field | null
}

export function problemOf(
  {
    error: code,
    retryAfter = 60,
  }: { error?: RefusalCode | undefined; retryAfter?: number | undefined },
  words: Words,
): Problem | null {
  if (code === undefined) return null
  const field = fields.get(code)
  if (field === undefined) return { sentence: words.otherProblem, field: null }
  return { sentence: timed(visitorSentence(code, words), retryAfter, words), field }
}

/** A sentence with the time that it names. @param seconds until trying again makes sense. */
export function timed(sentence: string, seconds: number, { units }: Words): string {
  return withTime(sentence, seconds, units)
}

/** What the script shows in the form, by code; every other refusal it leaves to the server's pages. */
export function problemsInPlace(words: Words): Record<string, Problem> {
  const inPlace = [...fields].filter(([code]) => !leadElsewhere.has(code))
  const known = inPlace.map(([code, field]) => {
    return [code, { sentence: visitorSentence(code, words), field }] as const
  })
  return { ...Object.fromEntries(known), other: { sentence: words.otherProblem, field: null } }
}

/** The sentence for a refusal, as it is said to a visitor. */
export function visitorSentence(code: RefusalCode, words: Words): string {
  const reworked: Partial<Record<RefusalCode, string>> = words.refusals
  return reworked[code] ?? sentence(code, words.language)
}
