import { type Config, readConfig } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import { openStore } from '../store/open-store.ts'
import { OutdatedTables, type Upgrade } from '../store/sql/migrate.ts'
import type { Store } from '../store/store.ts'

/** Works beside a running gate, on the same database. */
export async function withStore(
  work: (store: Store, config: Config) => Promise<void>,
  upgrade: Upgrade = 'new',
): Promise<void> {
  // A command needs little more than the database; `serve` is where settings must be safe.
  const config = readConfig(process.env, 'demo')
  const store = await openStore(config.databaseUrl, upgrade).catch(error => {
    throw error instanceof OutdatedTables ? new OperatorError(error.message) : error
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
