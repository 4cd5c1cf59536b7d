import { randomUUID } from 'node:crypto'
import type { Bus } from '../bus/bus.ts'
import type { Clock, NodeClock, Steadiness } from '../clock.ts'
import type { Config } from '../config.ts'
import { checkpointKeys } from '../log/checkpoint.ts'
import { follow } from '../log/follow.ts'
import { jsonLogReader } from '../log/json-log.ts'
import { startKeeper } from '../log/keep.ts'
import { startSealer } from '../log/seal.ts'
import type { EventLog } from '../logger.ts'
import type { Keyring } from '../protocol/keyring.ts'
import { system } from '../protocol/log-event.ts'
import type { Moves } from '../signin/moves.ts'
import { startReaper } from '../signin/reaper.ts'
import { followDatabaseTime } from '../store/database-time.ts'
import type { Store } from '../store/store.ts'
import type { Delivery } from '../watch/delivery.ts'
import { startSweep } from '../watch/sweep.ts'
import { removeDueAccount } from './account-removal.ts'
import type { HandOffParts } from './hand-off-parts.ts'

/** What runs by itself: reaper, sweep, log, notifications, correction of the clock. */
export interface Background {
  run(): Promise<void>
  /** Stops what was started; what it still has to write is written. */
  stop(): Promise<void>
}

export interface BackgroundParts {
  config: Config
  store: Store
  bus: Bus
  delivery: Delivery
  moves: Moves
  clock: Clock
  steadiness: Steadiness
  /** The node's own, which the database's time corrects. */
  nodeClock: NodeClock
  /** Of the purpose `log checkpoint`. */
  keyring: Keyring
  /** Called once the time is right, and before all else. */
  sealAnew(): Promise<void>
  handOffParts: HandOffParts
  logger: EventLog
  onError(error: unknown): void
}

export function createBackground(parts: BackgroundParts): Background {
  const { config, store, bus, delivery, moves, clock, steadiness, onError } = parts
  const { log, leases } = store
  const leased = { log, leases, holder: randomUUID(), onError }
  const stops: (() => void | Promise<void>)[] = []

  return {
    async run() {
      stops.push(await followDatabaseTime(store, parts.nodeClock, onError))
      await parts.sealAnew()
      const { handOffs, asking, notifying } = parts.handOffParts
      const expireHandOff = handOffs.expire
      const removeAccount = (key: string) =>
        removeDueAccount({ key }, system, { store, config, clock })
      stops.push(
        startReaper({ ...store, expireHandOff, removeAccount, moves, clock, steadiness, onError }),
      )
      stops.push(asking.start())
      stops.push(startSweep({ watched: store.watched, bus, delivery, clock, onError }))
      stops.push(startSealer(leased))
      const keys = checkpointKeys(parts.keyring)
      stops.push(startKeeper({ ...leased, keys, life: config.logLife, clock, steadiness }))
      stops.push(follow(leased, jsonLogReader(parts.logger)))
      // Last, as it may wait for somebody else's answer.
      stops.push(await notifying.start(leased))
    },
    async stop() {
      for (const stop of stops) await stop()
    },
  }
}
