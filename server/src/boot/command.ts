import { userInfo } from 'node:os'
import { type Clock, createClock } from '../clock.ts'
import { type Config, readConfig } from '../config.ts'
import type { Actor } from '../protocol/log-event.ts'
import { databaseName, UnusableDatabase } from '../store/database-trouble.ts'
import { openStore } from '../store/open-store.ts'
import type { Opening } from '../store/sql/migrate.ts'
import type { Store } from '../store/store.ts'
import { requireNeverMade } from './made-database.ts'
import { withDemoAddress } from './one-demo.ts'
import { hasOwnKey } from './own-key.ts'
import { keepPrivate } from './own-paths.ts'
import { keptSecretKeys } from './secret-key.ts'

/** Works beside a running gate, on the same database and by its clock; makes none. */
export async function withStore(
  work: (store: Store, config: Config, clock: Clock) => Promise<void>,
  opening: Exclude<Opening, 'make'> = 'use',
): Promise<void> {
  const config = commandConfig()
  const store = await openStore(config.databaseUrl, opening).catch(error => {
    if (error instanceof UnusableDatabase && error.trouble === 'missing') requireNeverMade(config)
    throw error
  })
  sayDatabase(config)
  try {
    if (opening === 'use') await warnOfOtherKey(store, config)
    const clock = createClock()
    const time = await store.time()
    if (time !== null) clock.follow(time)
    await work(store, config, clock)
  } finally {
    await store.close()
  }
}

/** What was meant for another gate is done here all the same, where it needs no key; but not unseen. */
export async function warnOfOtherKey({ gate }: Store, config: Config): Promise<void> {
  if (keptSecretKeys(config).length === 0 || (await hasOwnKey(gate, config))) return
  process.stderr.write('qrgate: SECRET_KEY is another one than this database belongs to\n')
}

/** What a command is told, which needs little more than the database; `serve` is where settings must be safe. */
export function commandConfig(): Config {
  const config = withDemoAddress(readConfig(process.env, 'demo'), process.env)
  keepPrivate(config)
  return config
}

/** On standard error, as others may read what the command prints. */
export function sayDatabase({ databaseUrl }: Config): void {
  process.stderr.write(`Database: ${databaseName(databaseUrl)}\n`)
}

/** Who has typed the command, as the log will say. */
export function operator(): Actor {
  return { kind: 'operator', id: `shell:${shellUser()}` }
}

/** Of a command that sudo runs, the one who has asked for it: a service's user is nobody. */
function shellUser(): string {
  const { SUDO_USER = '' } = process.env
  if (/^[^\p{C}\s]{1,64}$/u.test(SUDO_USER)) return SUDO_USER
  try {
    return userInfo().username
  } catch {
    // In a container the user may have a number and no name.
    return `${process.getuid?.()}`
  }
}

/** A kiosk's number as it was typed; -1 for what is none: no kiosk has it. */
export function kioskNumberOf(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : -1
}

/** By this machine's time; Swedish writes dates as everybody sorts them. */
export function timeOf(ms: number): string {
  return new Date(ms).toLocaleString('sv-SE')
}

/** For programs; null where it has not happened. */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** A line for the person at the terminal. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** What `--json` asks for: all that the command has to say, as one document. */
export function sayJson(document: unknown): void {
  say(JSON.stringify(document, null, 2))
}

/** What the person at the terminal should know besides, and no program reads. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`)
}
