import { type Clock, isSettled, type Steadiness } from '../clock.ts'
import { type LogEvent, type LogEventName, system } from '../protocol/log-event.ts'
import type { Lease } from '../store/lease.ts'
import type { LogRecords } from '../store/log.ts'
import type { CheckpointKeys } from './checkpoint.ts'
import { type LeasedParts, workUnderLease } from './under-lease.ts'

/** How long events are kept, in days. */
export interface LogLife {
  /** Then visitors' events are emptied. */
  visitDays: number
  /** Then whole segments go, whatever they hold. */
  days: number
}

export interface KeepParts extends LeasedParts {
  log: LogRecords
  keys: CheckpointKeys
  life: LogLife
  clock: Clock
  steadiness: Steadiness
}

const hour = 3_600_000
const day = 24 * hour
const batch = 500

/**
 * Ends the segment once a day with a signed checkpoint; once an hour empties visitors' events whose
 * time is over, and gives up segments whose time is over.
 * @returns how to stop.
 */
export function startKeeper(parts: KeepParts): () => Promise<void> {
  const { clock, steadiness } = parts
  let done = 0
  return workUnderLease(parts, {
    name: 'log keeper',
    pause: 1_000,
    due: async () => wholeOf(hour, clock()) !== done,
    async work(lease) {
      const now = wholeOf(hour, clock())
      const more = await keepLog(parts, lease, isSettled(steadiness))
      if (!more) done = now
      return more
    },
  })
}

/**
 * Does some of what is due.
 * @param mayRemove whether the age of what is kept is surely real.
 * @returns whether more is left.
 */
export async function keepLog(
  { log, keys, life, clock }: Omit<KeepParts, keyof LeasedParts | 'steadiness'>,
  lease: Lease,
  mayRemove = true,
): Promise<boolean> {
  const now = clock()
  const checkpoints = await log.checkpoints()

  const newest = checkpoints.at(-1)
  const segment = await log.after(newest?.position ?? 0, 2)
  const began = newest?.at ?? segment[0]?.at ?? now
  // The event of the last checkpoint alone is nothing that a next one would have to hold.
  const hasNews = segment.some(({ event }) => event !== 'log.checkpoint')
  if (hasNews && began < wholeOf(day, now)) {
    const { position, seal } = await log.head()
    const checkpoint = keys.sign(position, seal, now)
    await log.addCheckpoint(lease, checkpoint, logged('log.checkpoint', now, { ...checkpoint }))
  }

  if (!mayRemove) return false
  // By whole hours, so that one event says what is gone and not one each second.
  const before = wholeOf(hour, now) - life.visitDays * day
  const erased = await log.erase(lease, before, batch, positions =>
    logged('log.erased', now, { positions }),
  )
  if (erased > 0) return true

  const outlived = checkpoints.findLast(({ at }) => at < now - life.days * day)
  if (!outlived) return false
  const { position: through, purgedAt } = outlived
  if (purgedAt === null) {
    await log.beginAt(lease, through, now, logged('log.purged', now, { through }))
  }
  return (await log.remove(lease, through, batch)) === batch
}

/** The beginning of the hour or day (UTC) that a time lies in. */
function wholeOf(span: number, time: number): number {
  return time - (time % span)
}

function logged(event: LogEventName, at: number, detail: LogEvent['detail'] & object): LogEvent {
  return { event, at, actor: system, subject: { kind: 'log', id: '' }, detail }
}
