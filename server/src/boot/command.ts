import { userInfo } from 'node:os'
import { type Clock, createClock } from '../clock.ts'
import { type Config, readConfig } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import type { Actor } from '../protocol/log-event.ts'
import { openStore } from '../store/open-store.ts'
import { OutdatedTables, type Upgrade } from '../store/sql/migrate.ts'
import type { Store } from '../store/store.ts'

/** Works beside a running gate, on the same database and by its clock. */
export async function withStore(
  work: (store: Store, config: Config, clock: Clock) => Promise<void>,
  upgrade: Upgrade = 'new',
): Promise<void> {
  process.stdout.on('error', passOverClosedPipe)
  // A command needs little more than the database; `serve` is where settings must be safe.
  const config = readConfig(process.env, 'demo')
  const store = await openStore(config.databaseUrl, upgrade).catch(error => {
    throw error instanceof OutdatedTables ? new OperatorError(error.message) : error
  })
  try {
    const clock = createClock()
    const time = await store.time()
    if (time !== null) clock.follow(time)
    await work(store, config, clock)
  } finally {
    await store.close()
  }
}

/** Whoever reads may have seen enough, as `head` does; what is being done is done to its end. */
export function passOverClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

/** Who has typed the command, as the log will say. */
export function operator(): Actor {
  return { kind: 'operator', id: `shell:${shellUser()}` }
}

function shellUser(): string {
  try {
    return userInfo().username
  } catch {
    // In a container the user may have a number and no name.
    return `${process.getuid?.()}`
  }
}

/** A line for the person at the terminal. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
