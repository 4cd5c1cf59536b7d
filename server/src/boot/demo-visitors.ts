import { randomBytes } from 'node:crypto'
import { type AccountAdmin, createAccountAdmin } from '../accounts/account-admin.ts'
import { createPasswordHasher } from '../accounts/password.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'
import type { ReadyVisitor } from '../http/demo/demo.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import type { Store } from '../store/store.ts'
import { demoActor, isMadeByDemo } from './made-by-demo.ts'

/** Ids that hardly anybody types by chance. */
const people = [
  { id: 'demo.hong', name: '홍길동', externalId: 'P-0042' },
  { id: 'demo.jane', name: 'Jane Doe', externalId: 'P-0107' },
  { id: 'demo.seoyeon', name: '김서연', externalId: 'P-0231' },
  { id: 'demo.jihoon', name: '박지훈', externalId: 'P-0388' },
  { id: 'demo.minseo', name: '최민서', externalId: 'P-0415' },
]

/** People to sign in as in this process, and nowhere else. */
export interface ReadyVisitors {
  visitors: readonly ReadyVisitor[]
  /**
   * What their passwords are compared with here, by the hash that is stored, whose password nobody was
   * ever told: under `serve`, on the same data, nobody can sign in as one of them.
   */
  hashes: ReadonlyMap<string, string>
}

/** Accounts to try the demo with. Whoever else has such an id keeps it, and is left alone. */
export async function readyVisitors(
  store: Store,
  config: Config,
  clock: Clock,
): Promise<ReadyVisitors> {
  const passwords = await createPasswordHasher(config.longestHashWait)
  const siteNames = Object.values(config.site)
  const records = store.accounts
  const accounts = createAccountAdmin({ records, passwords, siteNames, clock, randomBytes })
  const visitors: ReadyVisitor[] = []
  const hashes = new Map<string, string>()
  // One by one: hashes that wait for each other too long would be refused.
  for (const person of people) {
    const account = await demoAccount(store, accounts, person)
    if (!account) continue
    const password = newPassword()
    visitors.push({ account: person.id, password })
    hashes.set(account.passwordHash, await passwords.hash(password, ['demo']))
  }
  return { visitors, hashes }
}

/** Accounts as they are stored, but for the passwords of those who are ready. */
export function withReadyHashes(
  records: AccountRecords,
  hashes: ReadyVisitors['hashes'],
): AccountRecords {
  const ready = (account: Account | null) => {
    const passwordHash = account && hashes.get(account.passwordHash)
    return passwordHash ? { ...account, passwordHash } : account
  }
  return {
    update: records.update,
    all: records.all,
    toErase: records.toErase,
    pastRecovery: records.pastRecovery,
    byIdKey: async key => ready(await records.byIdKey(key)),
    byKey: async key => ready(await records.byKey(key)),
    byRecoveryHash: async (hash, at) => ready(await records.byRecoveryHash(hash, at)),
  }
}

/** @returns undefined where it is somebody's own. */
async function demoAccount(
  store: Store,
  accounts: AccountAdmin,
  person: (typeof people)[number],
): Promise<Account | undefined> {
  const known = await accounts.byId(person.id)
  if (!known) {
    const nobodys = { ...person, password: newPassword() }
    // The external id may be somebody's, or the id look like another.
    // Of random bytes: nothing to be looked up in dictionaries, which a start would pay for.
    return accounts.register(nobodys, demoActor, { rule: 'any' }).catch(unlessTaken)
  }
  const { key: account } = known
  const isOurs = await isMadeByDemo(store, { kind: 'account', id: account }, { account })
  return isOurs ? known : undefined
}

function newPassword(): string {
  return randomBytes(12).toString('base64url')
}

function unlessTaken(error: unknown): undefined {
  if (!(error instanceof Refusal) || error.status === 503) throw error
}
