import { existsSync } from 'node:fs'
import { createClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'
import { OperatorError } from '../operator-error.ts'
import { advanceHandOff, mayCancel } from '../protocol/hand-off.ts'
import { advance } from '../protocol/sign-in.ts'
import { unchanged } from '../store/change.ts'
import { databaseTroubles, UnusableDatabase } from '../store/database-trouble.ts'
import { openStore } from '../store/open-store.ts'
import { copySqlite, noRoom } from '../store/sql/copy-sqlite.ts'
import { makeSqliteFile } from '../store/sql/make-sqlite-file.ts'
import { openingFault } from '../store/sql/postgres-faults.ts'
import { sqliteFiles, sqlitePath } from '../store/sqlite-files.ts'
import type { Store } from '../store/store.ts'
import { accountAdminOf } from './account-command.ts'
import { removeAgain } from './account-removal.ts'
import { contentsOf, counted, inWords, requireWhole, wordsOf } from './backup-command.ts'
import { commandConfig, operator, say, sayDatabase } from './command.ts'
import { noteMade } from './made-database.ts'
import { leaveKeyCheck } from './own-key.ts'
import { removedAccountsFile } from './removed-accounts.ts'

interface Options {
  newKey?: boolean
}

/**
 * `qrgate restore`: puts a backup where no database is, whole or not at all. Without a file it does to a
 * Postgres database, into which a dump was loaded, what has to be done to both.
 */
export async function restore(file: string | undefined, options: Options): Promise<void> {
  const config = commandConfig()
  const path = sqlitePath(config.databaseUrl)
  const began =
    path === undefined
      ? await restoreLoaded(file, config, options)
      : await restoreFile(file, path, config, options)
  noteMade(config)
  sayDatabase(config)
  say(`Restored: ${began}.`)
  say('What happened since then is not in it: look into the gate’s own log lines for what')
  say('operators did, and do again what must hold: revoked kiosks, disabled accounts, passwords.')
  say(
    'Screens that enrolled since then need a new link. Start the gate, or restart it where it runs.',
  )
  if (!existsSync(removedAccountsFile(config.dataDir))) {
    say(
      `There is no ${removedAccountsFile(config.dataDir)}: accounts that were removed since are back.`,
    )
    say('Put that file there, of each node, and restart the gate: it removes them again.')
  }
  if (options.newKey) say('With another key: qrgate client rotate ID --webhook, for each client.')
}

async function restoreLoaded(file: string | undefined, config: Config, options: Options) {
  if (file !== undefined) {
    throw new OperatorError(
      'Load the dump with pg_restore into an empty database; then run `qrgate restore` without a file.',
    )
  }
  await requireUnused(config.databaseUrl)
  const store = await openOlder(config.databaseUrl)
  try {
    return await begin(store, config, options)
  } finally {
    await store.close()
  }
}

const inUse = 'A gate uses this database: stop all nodes first.'

/** What is under way at a running gate would be ended, for nothing. */
async function requireUnused(url: string): Promise<void> {
  const { isInUse } = await import('../store/sql/postgres-look.ts')
  const used = await isInUse(url).catch((error: Error) => {
    throw openingFault(error, url)
  })
  if (used) throw new OperatorError(inUse)
}

async function restoreFile(
  file: string | undefined,
  path: string,
  config: Config,
  options: Options,
): Promise<string> {
  if (file === undefined) throw new OperatorError('Say which backup: qrgate restore FILE')
  const inTheWay = sqliteFiles(path).filter(existsSync)
  if (inTheWay.length > 0) {
    throw new OperatorError(
      `A database is there already. Stop the gate, and move its files away first: ${inTheWay.join(' ')}`,
    )
  }
  let contents = ''
  const isMade = await makeSqliteFile(path, async draft => {
    copySqlite(file, draft)
    contents = await beginIn(draft, config, options)
  }).catch(error => {
    if (error instanceof Refusal && !error.message.includes(databaseTroubles.full)) {
      throw new OperatorError(`${file} cannot be restored: ${error.message}.`)
    }
    if (error instanceof Refusal) throw new OperatorError(noRoom(path))
    if (!(error instanceof UnusableDatabase)) throw inWords(error, path)
    if (error.trouble === 'full') throw new OperatorError(noRoom(path))
    const isNone = error.trouble === 'missing' || error.trouble === 'damaged'
    const why = isNone ? 'it is no whole backup of a gate' : error.why
    throw new OperatorError(`${file} cannot be restored: ${why}.`)
  })
  if (!isMade) throw new OperatorError(`${path} was made meanwhile: is the gate running?`)
  return contents
}

async function beginIn(copy: string, config: Config, options: Options): Promise<string> {
  const store = await openOlder(`sqlite:${copy}`)
  try {
    await requireWhole(store)
    await store.leases.endAll()
    return await begin(store, config, options)
  } finally {
    await store.close()
  }
}

/** One of an older version is brought up to date; what is no gate's must not become an empty gate. */
async function openOlder(url: string): Promise<Store> {
  return openStore(url, 'use').catch(error => {
    const isOlder = error instanceof UnusableDatabase && error.trouble === 'outdated'
    if (isOlder) return openStore(url, 'make')
    throw error
  })
}

/**
 * What an old copy promises must not count again: what was under way is over, and what has been used since
 * is void. @returns what it held.
 */
async function begin(store: Store, config: Config, { newKey }: Options): Promise<string> {
  // A demo's backup has no key to be known by.
  if ((await store.gate.read()).keyCheck !== null) await leaveKeyCheck(store.gate, config, newKey)
  const held = await contentsOf(store)
  if (held.accounts === 0 && held.kiosks === 0 && held.lastEvent === undefined) {
    throw new OperatorError(
      'It holds nothing: no account, no kiosk, no event. Was the dump loaded?',
    )
  }
  const clock = createClock()
  const time = await store.time()
  if (time !== null) clock.follow(time)
  const accounts = await accountAdminOf(store, config, clock)
  const removed = await removeAgain(operator(), { store, accounts, config, clock })
  await endSignIns(store, config, clock())
  await endHandOffs(store, config, clock())
  await seal(store)
  const { position } = await store.log.head()
  await store.gate.beginAnew(clock())
  // Behind the place where readers go on: the gate's own log lines are to tell of it.
  const subject = { kind: 'log', id: '' } as const
  const event = { event: 'log.restored', at: clock(), actor: operator(), subject } as const
  await store.log.add([{ ...event, detail: { position } }])
  return `${wordsOf(held)}; ${counted(removed, 'account')} removed since, and now again`
}

/** Later than any state runs out. */
const never = Number.MAX_SAFE_INTEGER

async function endSignIns({ signIns }: Store, { timings }: Config, now: number): Promise<void> {
  for (const id of await signIns.overdue(never, never)) {
    await signIns.update(id, row => {
      if (row === null) throw new Refusal('not_found')
      try {
        return advance(row, { type: 'cancel', reason: 'revoked' }, now, timings)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        // Its time was over before.
        return advance(row, { type: 'expire' }, now, timings)
      }
    })
  }
}

async function endHandOffs(store: Store, config: Config, now: number): Promise<void> {
  const actor = operator()
  for (const id of await store.handOffs.overdue(never, never)) {
    await store.handOffs.update(id, row => {
      if (row === null) throw new Refusal('not_found')
      if (!mayCancel(row)) return unchanged(row)
      const step = { type: 'cancel', reason: 'over', actor } as const
      return advanceHandOff(row, step, now, config.handOffTimings)
    })
  }
}

/** So that all of it lies before the place where readers go on. */
async function seal({ leases, log }: Store): Promise<void> {
  const lease = await leases.take('sealer', 'restore', 60_000)
  if (!lease) throw new OperatorError(inUse)
  try {
    while ((await log.seal(lease, 500)) > 0) {
      // One transaction after the other.
    }
  } finally {
    await leases.release(lease)
  }
}
