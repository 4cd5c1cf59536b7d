import { Refusal } from '../errors.ts'
import { unseen } from '../protocol/seen-text.ts'
import { foreignHashKind } from './foreign-hash.ts'

/** What became of one row of another system's file, without its hash. */
export interface ImportedRow {
  /** Where it stands in its file. */
  place: string
  /** As the file has it; null where it has none, or what stands there may be a hash. */
  id: string | null
  outcome: 'added' | 'left_alone' | 'left_out'
  /** The id of the account that the row became, or had become before. */
  account?: string
  /** Of an account that was left alone: what the row says otherwise. */
  differs?: ('name' | 'external_id')[]
  /** Of a row that is taken all the same: what it lacks now. */
  without?: 'name'
  /** Why it was left out: stable, for programs. */
  code?: LeftOutCode
  /** The same in words. */
  reason?: string
}

export type LeftOutCode =
  | 'id_missing'
  | 'id_invalid'
  | 'id_same'
  | 'id_taken'
  | 'hash_unusable'
  | 'hash_too_costly'
  | 'name_invalid'
  | 'external_id_invalid'
  | 'external_id_taken'

/** Why a row stays outside, which costs no other. */
export class LeftOut extends Error {
  override readonly name = 'LeftOut'
  readonly code: LeftOutCode

  constructor(code: LeftOutCode, reason: string) {
    super(reason)
    this.code = code
  }
}

const reasons: Partial<Record<string, [LeftOutCode, string]>> = {
  account_id_invalid: ['id_invalid', 'the id is not one that can be used here'],
  account_exists: ['id_taken', 'the id looks like another one here'],
  external_id_taken: ['external_id_taken', 'its external id is another account’s'],
  external_id_invalid: [
    'external_id_invalid',
    'the external id is no text of at most 64 characters that can be seen',
  ],
  name_invalid: ['name_invalid', 'the name is no text of at most 64 characters that can be seen'],
}

/**
 * What a refusal of an account says of its row. @param error any.
 * @throws what is no fault of the row, such as a database that does not answer.
 */
export function leftOutBy(error: unknown): LeftOut {
  if (error instanceof LeftOut) return error
  const [code, words] = (error instanceof Refusal && reasons[error.code]) || []
  if (code === undefined || words === undefined) throw error
  return new LeftOut(code, words)
}

/** The id of a row as it may be said; null where columns may have been mistaken for each other. */
export function sayableId(id: string | undefined): string | null {
  const isSayable =
    id !== undefined &&
    [...id].length <= 64 &&
    !/\$(2[abxy]|argon2)/.test(id) &&
    foreignHashKind(id) === undefined
  return isSayable ? id : null
}

/** A row for a person. Its id is shown as in a program: whatever is in it shows as such. */
export function whoIs({ place, id }: Pick<ImportedRow, 'place' | 'id'>): string {
  return id === null ? place : `${place} ${spelled(id)}`
}

function spelled(id: string): string {
  return JSON.stringify(id).replace(hidden, escaped)
}

/** What JSON leaves as it is, and a terminal hides or obeys. */
const hidden = new RegExp(`[${unseen}]`, 'gu')
const escaped = (sign: string) => `\\u{${sign.codePointAt(0)?.toString(16)}}`

/** A line for whoever imports; none for a row that was added as it is. */
export function lineOf(row: ImportedRow): string | undefined {
  const { outcome, reason, account, id, differs = [], without } = row
  const who = whoIs(row)
  switch (outcome) {
    case 'left_out':
      return `${who} skipped: ${reason}`
    case 'left_alone': {
      const as = account === undefined || account === id ? 'it' : spelled(account)
      const other = differs.map(field => field.replace('_', ' ')).join(' and ')
      return `${who} left alone: ${as} is here already${other && `, with another ${other}`}`
    }
    case 'added':
      return without && `${who} added without a ${without}: it is none that can be shown`
  }
}
