import { setTimeout as sleep } from 'node:timers/promises'
import { createClock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { EventLog } from '../logger.ts'
import { OperatorError } from '../operator-error.ts'
import { system } from '../protocol/log-event.ts'
import { databaseName, isPassing, UnusableDatabase } from '../store/database-trouble.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { accountAdminOf } from './account-command.ts'
import { removeAgain } from './account-removal.ts'
import { madeElsewhere, noteMade, requireNeverMade } from './made-database.ts'
import { leaveKeyCheck } from './own-key.ts'
import { readRemovedAccounts } from './removed-accounts.ts'

/** How long to rest between two tries, and how often to say so, in milliseconds. */
const rest = 1_000
const sayEvery = 30_000

/**
 * Makes sure of the database before anything else is begun: made where there never was one, up to date,
 * and this key's. One that is only away is waited for in production, as after a power cut, when both come
 * back at the same time.
 * @throws OperatorError saying what keeps it from being used.
 */
export async function prepareDatabase(config: Config, logger: EventLog): Promise<void> {
  const store = await (config.mode === 'serve' ? opened : openOrMake)(config, logger)
  try {
    const trouble = await store.trouble({ byWriting: true })
    // Another node may just be writing.
    if (trouble !== null && !isPassing(trouble)) {
      throw new UnusableDatabase(trouble, config.databaseUrl)
    }
    if (config.mode === 'demo') return await requireNoProduction(store)
    await leaveKeyCheck(store.gate, config)
    await removeWhoIsBack(store, config, logger)
  } finally {
    await store.close()
  }
}

/**
 * Nobody whose account was removed may sign in again, though an older database was put back by hand, or restored
 * where another node's list lay.
 */
async function removeWhoIsBack(store: Store, config: Config, logger: EventLog): Promise<void> {
  if (readRemovedAccounts(config.dataDir).length === 0) return
  const clock = createClock()
  const accounts = await accountAdminOf(store, config, clock)
  const count = await removeAgain(system, { store, accounts, config, clock })
  if (count === 0) return
  const words =
    'accounts that were removed were there again, and are removed; was an older database put back'
  logger.warn({ count }, `${words} without \`qrgate restore\`?`)
}

/**
 * What a demo signs is worth nothing, and its key may be any.
 * @throws OperatorError where people sign in for real: a demo adds people, a client and open doors.
 */
async function requireNoProduction({ gate }: Store): Promise<void> {
  if ((await gate.read()).keyCheck === null) return
  throw new OperatorError(
    'This database belongs to a gate in production, run by `qrgate serve`; a demo would put people and a ' +
      'client of its own into it. Set QRGATE_DATA_DIR to another folder.',
  )
}

/** Opens it as soon as it answers. */
async function opened(config: Config, logger: EventLog): Promise<Store> {
  let saidAt = Number.NEGATIVE_INFINITY
  for (;;) {
    try {
      return await openOrMake(config, logger)
    } catch (error) {
      if (!(error instanceof UnusableDatabase) || !isPassing(error.trouble)) throw error
      const now = performance.now()
      if (now - saidAt >= sayEvery) {
        saidAt = now
        logger.warn({ trouble: error.trouble }, `${error.message} Waiting for it.`)
      }
      await sleep(rest)
    }
  }
}

/** @throws OperatorError where it was there before and is gone, or cannot be used. */
export async function openOrMake(config: Config, logger?: EventLog): Promise<Store> {
  const store = await openStore(config.databaseUrl, 'use').catch(error => {
    if (!(error instanceof UnusableDatabase)) throw error
    if (error.trouble === 'missing') {
      requireNoLoss(config, logger)
      warnOfAnother(config, logger)
    } else if (error.trouble !== 'outdated') throw error
    return openStore(config.databaseUrl, 'make')
  })
  noteMade(config)
  return store
}

/** An address that was mistyped, or a dump that was never loaded, looks like a new gate. */
function warnOfAnother(config: Config, logger: EventLog | undefined): void {
  const [other] = madeElsewhere(config)
  if (other === undefined) return
  const words = `this database is new and empty, and a gate has used another one here: ${other}`
  logger?.warn({ database: databaseName(config.databaseUrl) }, words)
}

/** A demo whose database somebody has removed begins anew, and says so. */
function requireNoLoss(config: Config, logger: EventLog | undefined): void {
  try {
    requireNeverMade(config)
  } catch (error) {
    if (config.mode !== 'demo' || !(error instanceof OperatorError) || !logger) throw error
    logger.warn({}, 'the database was removed; this demo begins with an empty one')
  }
}
