import type { Config } from '../../config.ts'
import { openStore } from '../../store/open-store.ts'
import { checkClients } from './clients.ts'
import { type Add, messageOf } from './finding.ts'
import { checkInhabitants } from './inhabitants.ts'
import { checkSigningKeys } from './keys.ts'
import { checkClock } from './machine.ts'

/** Looks at the database, and at what only it can tell. */
export async function checkDatabase(config: Config, add: Add): Promise<void> {
  const { databaseUrl, redisUrl } = config
  const kind = databaseUrl.startsWith('sqlite:') ? 'SQLite' : 'Postgres'
  try {
    const store = await openStore(databaseUrl, 'look')
    try {
      const asked = Date.now()
      const time = await store.time()
      const trip = Date.now() - asked
      add('ok', 'database', `${kind} answers in ${trip} ms and its tables are up to date`)
      if (time !== null) checkClock(time - asked - trip / 2, add)
      await checkSigningKeys(store, config, time ?? asked, add)
      await checkClients(store, config, add)
      await checkInhabitants(store, time ?? asked, add)
    } finally {
      await store.close()
    }
  } catch (error) {
    add('fail', 'database', messageOf(error))
  }
  if (kind === 'SQLite' && redisUrl !== '') {
    add('warn', 'database', 'SQLite serves the processes of one machine; for several use Postgres')
  }
}
