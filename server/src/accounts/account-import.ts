import { Refusal } from '../errors.ts'
import type { Actor } from '../protocol/log-event.ts'
import type { Account } from '../store/account.ts'
import type { AccountAdmin } from './account-admin.ts'
import { accountIdKey } from './account-id.ts'
import type { ForeignAccount } from './foreign-account.ts'
import { whyNoHash } from './foreign-hash.ts'
import { type ImportedRow, LeftOut, leftOutBy, sayableId, whoIs } from './imported-row.ts'
import type { NewIds } from './new-ids.ts'
import { costOf, isImportable } from './password-hash.ts'

/** How many rows became what. */
export interface ImportResult {
  added: number
  /** Their ids were here already, and those accounts are as they were. */
  leftAlone: number
  leftOut: number
}

export interface ImportParts {
  accounts: Pick<AccountAdmin, 'adopt' | 'byId'>
  by: Actor
  /** Those of the file that have another id here. */
  newIds?: NewIds
  /** Somebody has said where the names stand: then who has a bad one is left out. */
  namesMatter?: boolean
  /** Told what became of each row, in their order. */
  tell(row: ImportedRow): void
}

/** Each guess at such an account would keep everybody else waiting. */
const tooCostly =
  'its hash costs too much to check: at most bcrypt 12, or argon2id of 128 MiB and 250 ms, is taken'

/**
 * Takes over whatever can be taken over; one bad line costs nobody else's account.
 * @throws Refusal of 503 where the database does not answer: what was taken until then stays.
 */
export async function importAccounts(
  foreign: AsyncIterable<ForeignAccount> | Iterable<ForeignAccount>,
  { accounts, by, newIds, namesMatter = true, tell }: ImportParts,
): Promise<ImportResult> {
  const result: ImportResult = { added: 0, leftAlone: 0, leftOut: 0 }
  /** Whose account each id is, by what makes two ids the same here. */
  const owners = new Map<string, string>()

  /** @throws LeftOut, or a Refusal that says why. */
  const take = async (row: ForeignAccount): Promise<Omit<ImportedRow, 'place' | 'id'>> => {
    if (row.id === undefined || row.id.trim() === '') {
      throw new LeftOut('id_missing', 'there is no id')
    }
    const id = newIds?.of(row.id) ?? row.id
    const passwordHash = requireHash(row.hash)
    const { name, externalId } = row
    if (externalId === undefined) throw new Refusal('external_id_invalid')
    const key = accountIdKey(id)
    const owner = owners.get(key)
    if (owner !== undefined) throw sameAs(owner)
    const wanted = { id, externalId: externalId || null, passwordHash }
    const own = () => owners.set(key, whoIs({ place: row.place, id: sayableId(row.id) }))
    try {
      const { account, without } = await adopt(wanted, name)
      own()
      return { outcome: 'added', account: account.id, ...(without && { without }) }
    } catch (error) {
      const isTaken = error instanceof Refusal && taken.has(error.code)
      // Imported again, both may be its own.
      const known = isTaken ? await accounts.byId(id) : null
      if (!known) throw error
      own()
      const differs = differences(known, name, wanted.externalId)
      return { outcome: 'left_alone', account: known.id, differs }
    }
  }

  const adopt = async (
    wanted: { id: string; externalId: string | null; passwordHash: string },
    name: string | undefined,
  ): Promise<{ account: Account; without?: 'name' }> => {
    try {
      if (name === undefined) throw new Refusal('name_invalid')
      return { account: await accounts.adopt({ ...wanted, name }, by) }
    } catch (error) {
      const isName = error instanceof Refusal && error.code === 'name_invalid'
      if (namesMatter || !isName) throw error
      return { account: await accounts.adopt(wanted, by), without: 'name' }
    }
  }

  for await (const row of foreign) {
    const who = { place: row.place, id: sayableId(row.id) }
    try {
      const taken = await take(row)
      result[taken.outcome === 'added' ? 'added' : 'leftAlone'] += 1
      tell({ ...who, ...taken })
    } catch (error) {
      const { code, message: reason } = leftOutBy(error)
      result.leftOut += 1
      tell({ ...who, outcome: 'left_out', code, reason })
    }
  }
  return result
}

const taken = new Set(['account_exists', 'external_id_taken'])

/** @throws LeftOut where nobody's password could be checked with it. */
function requireHash(hash: string | undefined): string {
  const cost = costOf(hash ?? '')
  if (hash === undefined || cost === undefined) throw new LeftOut('hash_unusable', whyNoHash(hash))
  if (!isImportable(cost)) throw new LeftOut('hash_too_costly', tooCostly)
  return hash
}

function sameAs(owner: string): LeftOut {
  const why = 'capitals and full-width letters do not matter'
  return new LeftOut('id_same', `its id is the same here as that of ${owner}; ${why}`)
}

/** What a row says otherwise than the account that is here; what it does not say is no difference. */
function differences(
  { name, externalId }: Account,
  otherName: string | undefined,
  otherExternalId: string | null,
): NonNullable<ImportedRow['differs']> {
  return [
    ...(otherName?.trim() && otherName.trim() !== name ? (['name'] as const) : []),
    ...(otherExternalId && otherExternalId !== externalId ? (['external_id'] as const) : []),
  ]
}
