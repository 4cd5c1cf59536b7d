import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { EventLog } from '../logger.ts'
import { OperatorError } from '../operator-error.ts'
import { isPassing, UnusableDatabase } from '../store/database-trouble.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { noteMade, requireNeverMade } from './made-database.ts'
import { leaveKeyCheck } from './own-key.ts'

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
    // What a demo signs is worth nothing, and its key may be any.
    if (config.mode === 'serve') await leaveKeyCheck(store.gate, config)
  } finally {
    await store.close()
  }
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
    if (error.trouble === 'missing') requireNoLoss(config, logger)
    else if (error.trouble !== 'outdated') throw error
    return openStore(config.databaseUrl, 'make')
  })
  noteMade(config)
  return store
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
