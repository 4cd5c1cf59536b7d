import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Store } from '../store.ts'
import { accounts } from './accounts.ts'
import { audit } from './audit.ts'
import type { Engine } from './engine.ts'
import { kiosks } from './kiosks.ts'
import { signIns } from './sign-ins.ts'
import type { Tables } from './tables.ts'
import { userCodes } from './user-codes.ts'

/** How long a database may take to close, in milliseconds. */
const closeWithin = 1_000

/** The one implementation of {@link Store}, over any database that Kysely speaks to. */
export function sqlStore(db: Kysely<Tables>, engine: Engine): Store {
  return {
    signIns: signIns(db.$pickTables<'sign_ins' | 'audit'>(), engine),
    accounts: accounts(db.$pickTables<'accounts'>(), engine),
    kiosks: kiosks(db.$pickTables<'kiosks'>(), engine),
    userCodes: userCodes(db.$pickTables<'user_codes'>(), engine),
    audit: audit(db.$pickTables<'audit'>()),
    time: () => engine.time(),
    // Connections to a frozen database cannot be closed in order; the process must stop all the same.
    close: () => Promise.race([db.destroy(), sleep(closeWithin, undefined, { ref: false })]),
  }
}
