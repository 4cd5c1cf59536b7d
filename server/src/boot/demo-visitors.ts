import { randomBytes } from 'node:crypto'
import { type AccountAdmin, createAccountAdmin } from '../accounts/account-admin.ts'
import { createPasswordHasher } from '../accounts/password.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'
import type { ReadyVisitor } from '../http/demo/demo.ts'
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

/**
 * Accounts to try the demo with. Each start gives them new passwords that are kept in memory only, so
 * nobody can sign in by them where the same data are served. Whoever else has such an id keeps it.
 */
export async function readyVisitors(
  store: Store,
  config: Config,
  clock: Clock,
): Promise<ReadyVisitor[]> {
  const passwords = await createPasswordHasher(config.longestHashWait)
  const siteNames = Object.values(config.site)
  const records = store.accounts
  const accounts = createAccountAdmin({ records, passwords, siteNames, clock, randomBytes })
  const ready: ReadyVisitor[] = []
  // One by one: hashes that wait for each other too long would be refused.
  for (const person of people) {
    const visitor = await readyVisitor(store, accounts, person)
    if (visitor) ready.push(visitor)
  }
  return ready
}

async function readyVisitor(
  store: Store,
  accounts: AccountAdmin,
  person: (typeof people)[number],
): Promise<ReadyVisitor | undefined> {
  const password = randomBytes(12).toString('base64url')
  const visitor = { account: person.id, password }
  const known = await accounts.byId(person.id)
  if (!known) {
    // The external id may be somebody's, or the id look like another.
    const added = await accounts.register({ ...person, password }, demoActor).catch(unlessTaken)
    return added && visitor
  }
  const { key: account } = known
  if (!(await isMadeByDemo(store, { kind: 'account', id: account }, { account }))) return undefined
  await accounts.changePassword(known, password, demoActor)
  return visitor
}

function unlessTaken(error: unknown): undefined {
  if (!(error instanceof Refusal) || error.status === 503) throw error
}
