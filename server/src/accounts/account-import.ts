import { Refusal, type RefusalCode } from '../errors.ts'
import type { Actor } from '../protocol/log-event.ts'
import { unseen } from '../protocol/seen-text.ts'
import type { AccountAdmin } from './account-admin.ts'
import { accountIdKey } from './account-id.ts'
import type { ForeignAccount } from './foreign-account.ts'
import { foreignHashKind, whyNoHash } from './foreign-hash.ts'
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
 * @param skip told of each that could not be, by its place and its id, and without its hash.
 */
export async function importAccounts(
  foreign: AsyncIterable<ForeignAccount> | Iterable<ForeignAccount>,
  accounts: Pick<AccountAdmin, 'adopt' | 'byId'>,
  by: Actor,
  skip: (place: string, reason: string) => void,
): Promise<ImportResult> {
  const result: ImportResult = { added: 0, leftAlone: 0, skipped: 0 }
  /** Whose account each id is, by what makes two ids the same here. */
  const owners = new Map<string, string>()

  for await (const { place, id, hash, name, externalId } of foreign) {
    const who = whoIs(place, id)
    const leaveOut = (reason: string) => {
      result.skipped += 1
      skip(who, reason)
    }
    if (id === undefined || id.trim() === '') {
      leaveOut('there is no id')
      continue
    }
    const cost = costOf(hash ?? '')
    if (hash === undefined || cost === undefined) {
      leaveOut(whyNoHash(hash))
      continue
    }
    if (!isImportable(cost)) {
      leaveOut(tooCostly)
      continue
    }
    if (name === undefined || externalId === undefined) {
      leaveOut(name === undefined ? nameWrong : externalIdWrong)
      continue
    }
    const key = accountIdKey(id)
    const owner = owners.get(key)
    if (owner !== undefined) {
      leaveOut(
        `its id is the same here as that of ${owner}; capitals and full-width letters do not matter`,
      )
      continue
    }
    try {
      const account = { id, name, externalId: externalId || null, passwordHash: hash }
      await accounts.adopt(account, by)
      owners.set(key, who)
      result.added += 1
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // Imported again, both may be its own.
      if (taken.has(error.code) && (await accounts.byId(id))) {
        owners.set(key, who)
        result.leftAlone += 1
      } else leaveOut(reasons[error.code] ?? error.code)
    }
  }
  return result
}

/** Ids of foreign files are shown as they would stand in a program: whatever is in them shows as such. */
function whoIs(place: string, id: string | undefined): string {
  // Where columns were mistaken for each other, it may be a hash.
  const isShown = id !== undefined && [...id].length <= 64 && foreignHashKind(id) === undefined
  return isShown ? `${place} ${JSON.stringify(id).replace(hidden, escaped)}` : place
}

/** What JSON leaves as it is, and a terminal hides or obeys. */
const hidden = new RegExp(`[${unseen}]`, 'gu')
const escaped = (sign: string) => `\\u{${sign.codePointAt(0)?.toString(16)}}`
