import { type Config, ConfigError, readConfig } from './config.ts'
import { openStore } from './core.ts'
import { OutdatedTables, type Upgrade } from './store/migrate.ts'
import type { Store } from './store/store.ts'

/** Works beside a running gate, on the same database. */
export async function withStore(
  work: (store: Store, config: Config) => Promise<void>,
  upgrade: Upgrade = 'new',
): Promise<void> {
  // A command needs little more than the database; `serve` is where settings must be safe.
  const config = readConfig(process.env, 'demo')
  const store = await openStore(config.databaseUrl, upgrade).catch(error => {
    throw error instanceof OutdatedTables ? new ConfigError(error.message) : error
  })
  try {
    await work(store, config)
  } finally {
    await store.close()
  }
}

/** A line for the person at the terminal. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
