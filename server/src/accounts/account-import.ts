import { Refusal, type RefusalCode } from '../errors.ts'
import type { Actor } from '../protocol/log-event.ts'
import type { AccountAdmin } from './account-admin.ts'
import type { ForeignAccount } from './foreign-accounts.ts'
import { costOf, isImportable } from './password-hash.ts'

/** What became of the accounts of another system. */
export interface ImportResult {
  added: number
  /** Their ids were here already, and those accounts are as they were. */
  leftAlone: number
  skipped: number
}

const nameWrong = 'the name is no text of at most 64 characters that can be seen'
const externalIdWrong = 'the external id is no text of at most 64 characters that can be seen'
const taken = new Set<RefusalCode>(['account_exists', 'external_id_taken'])
const reasons: Partial<Record<RefusalCode, string>> = {
  account_id_invalid: 'the id is not one that can be used here',
  account_exists: 'the id looks like another one here',
  external_id_taken: 'its external id is another account’s',
  external_id_invalid: externalIdWrong,
  name_invalid: nameWrong,
}

/** Each guess at such an account would keep everybody else waiting. */
const tooCostly =
  'its hash costs too much to check: at most bcrypt 12, or argon2id of 128 MiB and 250 ms, is taken'

/**
 * Takes over whatever can be taken over; one bad line costs nobody else's account.
 * @param skip told of each that could not be, without its hash.
 */
export async function importAccounts(
  foreign: AsyncIterable<ForeignAccount> | Iterable<ForeignAccount>,
  accounts: Pick<AccountAdmin, 'adopt' | 'byId'>,
  by: Actor,
  skip: (place: string, reason: string) => void,
): Promise<ImportResult> {
  const result: ImportResult = { added: 0, leftAlone: 0, skipped: 0 }
  const leaveOut = (place: string, reason: string) => {
    result.skipped += 1
    skip(place, reason)
  }

  for await (const { place, id, hash, name, externalId } of foreign) {
    const cost = costOf(hash ?? '')
    if (id === undefined || hash === undefined || cost === undefined) {
      leaveOut(place, 'there is no id with a bcrypt or argon2id hash')
      continue
    }
    if (!isImportable(cost)) {
      leaveOut(place, tooCostly)
      continue
    }
    if (name === undefined || externalId === undefined) {
      leaveOut(place, name === undefined ? nameWrong : externalIdWrong)
      continue
    }
    try {
      const account = { id, name, externalId: externalId || null, passwordHash: hash }
      await accounts.adopt(account, by)
      result.added += 1
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // Imported again, both may be its own.
      if (taken.has(error.code) && (await accounts.byId(id))) result.leftAlone += 1
      else leaveOut(place, reasons[error.code] ?? error.code)
    }
  }
  return result
}
