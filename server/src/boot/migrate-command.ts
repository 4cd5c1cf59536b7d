import { isPassing, UnusableDatabase } from '../store/database-trouble.ts'
import { commandConfig, say, sayDatabase, warnOfOtherKey } from './command.ts'
import { leaveKeyCheck } from './own-key.ts'
import { openOrMake } from './prepare-database.ts'

/** `qrgate migrate`: opening a database brings it up to date. */
export async function migrateDatabase({ newKey = false }: { newKey?: boolean }): Promise<void> {
  const config = commandConfig()
  const store = await openOrMake({ ...config, mode: 'serve' })
  try {
    sayDatabase(config)
    const trouble = await store.trouble({ byWriting: true })
    if (trouble !== null && !isPassing(trouble))
      throw new UnusableDatabase(trouble, config.databaseUrl)
    if (!newKey) await warnOfOtherKey(store, config)
    if (newKey) {
      await leaveKeyCheck(store.gate, config, true)
      say('The database belongs to this SECRET_KEY from now on.')
    }
    say('The database is up to date.')
  } finally {
    await store.close()
  }
}
