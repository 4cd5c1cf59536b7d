import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { OperatorError } from '../operator-error.ts'
import { syncFolder } from '../private-path.ts'
import { UnusableDatabase } from '../store/database-trouble.ts'
import { openStore } from '../store/open-store.ts'
import { copySqlite, noRoom } from '../store/sql/copy-sqlite.ts'
import { sqliteFiles, sqlitePath } from '../store/sqlite-files.ts'
import type { Store } from '../store/store.ts'
import { commandConfig, say, timeOf, withStore } from './command.ts'

/** Without its options, of which pg_dump does not know all, and its password, which `.pgpass` holds. */
function postgresWords(databaseUrl: string): string {
  const { hostname, port, username, pathname } = new URL(databaseUrl)
  const at = [`--host=${hostname}`, ...(port ? [`--port=${port}`] : []), `--username=${username}`]
  const dump = `pg_dump --format=custom --file=FILE ${at.join(' ')} ${pathname.slice(1)}`
  return `\`qrgate backup\` copies SQLite. For Postgres, where umask is 077: ${dump}`
}

/**
 * `qrgate backup`: copies the database while the gate runs. The copy is looked at, and only then takes its
 * name: a backup that is there is whole.
 */
export async function backUp(file: string): Promise<void> {
  const { databaseUrl } = commandConfig()
  const path = sqlitePath(databaseUrl)
  if (path === undefined) throw new OperatorError(postgresWords(databaseUrl))
  await withStore(async () => {
    try {
      await copyTo(file, path)
    } catch (error) {
      throw inWords(error, file)
    }
  }, 'look')
}

async function copyTo(file: string, database: string): Promise<void> {
  await requirePlace(file, database)
  // Behind a link it goes where that leads, like whatever else is written there.
  const target = existsSync(file) ? realpathSync(file) : file
  const draft = `${target}.${process.pid}`
  try {
    copySqlite(database, draft)
    const summary = await looked(draft)
    renameSync(draft, target)
    syncFolder(dirname(resolve(target)))
    say(`Backed up to ${file}: ${summary}.`)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** @throws OperatorError where something stands there that is no backup. */
async function requirePlace(file: string, database: string): Promise<void> {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) {
    const isLink = lstatSync(file, { throwIfNoEntry: false }) !== undefined
    if (isLink) throw new OperatorError(`${file} is a link that leads nowhere.`)
    return
  }
  if (found.isDirectory()) throw new OperatorError(`${file} is a folder; name a file in it.`)
  const isOurs = sqliteFiles(database).some(one => {
    const own = statSync(one, { throwIfNoEntry: false })
    return own?.ino === found.ino && own.dev === found.dev
  })
  if (isOurs) throw new OperatorError(`${file} is the database itself; name another file.`)
  accessSync(file, constants.R_OK | constants.W_OK)
  const isBackup = await openStore(`sqlite:${file}`, 'look').then(
    store => store.close().then(() => true),
    error => error instanceof UnusableDatabase && error.trouble === 'outdated',
  )
  if (!isBackup) throw new OperatorError(`${file} is there and no backup; nothing was written.`)
}

/** What is in a copy. @throws OperatorError where it is not whole. */
async function looked(copy: string): Promise<string> {
  const store = await openStore(`sqlite:${copy}`, 'look')
  try {
    await requireWhole(store)
    return wordsOf(await contentsOf(store))
  } finally {
    await store.close()
  }
}

export async function requireWhole(store: Store): Promise<void> {
  const [fault] = await store.inspect()
  if (fault !== undefined) throw new OperatorError(`The database is damaged: ${fault}.`)
}

/** How much is in a database. */
interface Contents {
  accounts: number
  kiosks: number
  /** When the last event happened, in milliseconds since 1970; undefined where there is none. */
  lastEvent: number | undefined
}

export async function contentsOf({ accounts, kiosks, log }: Store): Promise<Contents> {
  const [last] = await log.find({}, 'newest', 1)
  return {
    accounts: (await accounts.all()).length,
    kiosks: (await kiosks.all()).length,
    lastEvent: last?.at ?? undefined,
  }
}

/** What an operator compares with what they remember. */
export function wordsOf({ accounts, kiosks, lastEvent }: Contents): string {
  const all = `${counted(accounts, 'account')}, ${counted(kiosks, 'kiosk')}`
  return lastEvent === undefined ? all : `${all}, last event ${timeOf(lastEvent)}`
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** What the system says of a file, in words. */
export function inWords(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (error instanceof OperatorError || !code || !syscall) return error
  if (code === 'ENOSPC') return new OperatorError(noRoom(file))
  const folder = dirname(resolve(file))
  return new OperatorError(
    `${file} cannot be written (${code}); the folder ${folder} must be there, and this user's.`,
  )
}
