import type { RefusalCode } from '../../errors.ts'
import type { ProblemCode, Words } from './vocabulary.ts'

export type Field = 'account' | 'name' | 'password'

/** Which field the visitor has to look at; null where it is none of them. */
const fields: Record<ProblemCode, Field | null> = {
  wrong_credentials: 'password',
  account_unusable: 'account',
  account_exists: 'account',
  account_id_invalid: 'account',
  name_invalid: 'name',
  password_too_short: 'password',
  password_too_long: 'password',
  password_too_common: 'password',
  too_many_tries: null,
  registration_closed: null,
  receipt_stale: null,
  expired: null,
  busy: null,
  other: null,
}

/** Something the visitor can mend in the form. */
export interface Problem {
  sentence: string
  field: Field | null
}

export function problemOf(code: RefusalCode | undefined, words: Words): Problem | null {
  if (code === undefined) return null
  const known = isProblemCode(code) ? code : 'other'
  return { sentence: words.problems[known], field: fields[known] }
}

/** The refusals that the script shows in place; it leaves every other one to the server's pages. */
export function problemsInPlace(words: Words): Record<string, Problem> {
  const inPlace = Object.entries(words.problems).filter(([code]) => !ownPage.has(code))
  return Object.fromEntries(
    inPlace.map(([code, sentence]) => [code, { sentence, field: fields[code as ProblemCode] }]),
  )
}

const ownPage: ReadonlySet<string> = new Set<ProblemCode>(['receipt_stale', 'expired'])

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(fields, code)
}
