import { commandConfig, say, sayDatabase } from './command.ts'
import { leaveKeyCheck } from './own-key.ts'
import { openOrMake } from './prepare-database.ts'

/** `qrgate migrate`: opening a database brings it up to date. */
export async function migrateDatabase({ newKey = false }: { newKey?: boolean }): Promise<void> {
  const config = commandConfig()
  const store = await openOrMake({ ...config, mode: 'serve' })
  try {
    sayDatabase(config)
    if (newKey) {
      await leaveKeyCheck(store.gate, config, true)
      say('The database belongs to this SECRET_KEY from now on.')
    }
    say('The database is up to date.')
  } finally {
    await store.close()
  }
}
