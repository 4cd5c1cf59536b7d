import type { Config } from '../../config.ts'
import { databaseName, databaseTroubles, UnusableDatabase } from '../../store/database-trouble.ts'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { hasOwnKey, otherKey } from '../own-key.ts'
import { keptSecretKeys } from '../secret-key.ts'
import { checkClients } from './clients.ts'
import { type Add, messageOf } from './finding.ts'
import { checkInhabitants } from './inhabitants.ts'
import { checkSigningKeys } from './keys.ts'
import { checkClock } from './machine.ts'
import { checkNotice } from './notice.ts'

/** Looks at the database, and at what only it can tell. */
export async function checkDatabase(config: Config, add: Add): Promise<void> {
  const { databaseUrl, redisUrl } = config
  const kind = databaseUrl.startsWith('sqlite:') ? 'SQLite' : 'Postgres'
  try {
    const store = await openStore(databaseUrl, 'use')
    try {
      await checkStore(store, kind, config, add)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof UnusableDatabase) add('fail', 'database', error.message)
    else add('fail', 'database', `${kind} cannot be used: ${messageOf(error)}. Check DATABASE_URL.`)
  }
  if (kind === 'SQLite' && redisUrl !== '') {
    add('warn', 'database', 'SQLite serves the processes of one machine; for several use Postgres')
  }
}

async function checkStore(store: Store, kind: string, config: Config, add: Add): Promise<void> {
  const asked = Date.now()
  const time = await store.time()
  const trip = Date.now() - asked
  const faults = await store.inspect()
  for (const fault of faults) {
    add('fail', 'database', `it is damaged: ${fault}; stop the gate and restore a backup`)
  }
  // By the rights that the gate's own work needs; and a full disk shows only to whoever writes.
  const trouble = await store.trouble({ byWriting: true })
  if (trouble !== null) add('fail', 'database', databaseTroubles[trouble])
  if (faults.length === 0 && trouble === null) {
    const name = databaseName(config.databaseUrl)
    add('ok', 'database', `${name}: ${kind} answers in ${trip} ms, can be written, is up to date`)
  }
  // What stands in a damaged one is worth nothing.
  if (faults.length > 0) return
  if (time !== null) checkClock(time - asked - trip / 2, add)
  const hasKey = keptSecretKeys(config).length > 0
  if (hasKey && !(await hasOwnKey(store.gate, config))) add('fail', 'keys', otherKey)
  await checkSigningKeys(store, config, time ?? asked, add)
  await checkClients(store, config, add)
  await checkInhabitants(store, time ?? asked, add)
  await checkNotice(store, config, add)
}
