import type { Clock } from '../clock.ts'
import { firstSeal } from '../protocol/log-form.ts'
import type { Checkpoint, LogRecords, StoredCheckpoint } from '../store/log.ts'
import type { CheckpointKeys } from './checkpoint.ts'
import { lookAtRows, type Sealed, type SeenRows } from './look-at-rows.ts'
import type { Span } from './positions.ts'

export interface Verified {
  /** Sealed rows that were looked at; of them erased ones, whose fields nobody can look at. */
  rows: number
  erased: number
  /** Rows that are not sealed yet. */
  waiting: number
  checkpoints: number
  /** Where the log begins and ends. */
  first: number
  last: Sealed
  /** What somebody has changed, each with its position. */
  faults: string[]
  /** What this gate cannot prove, and somebody may have changed. */
  doubts: string[]
  /** What looks odd and is not. */
  notes: string[]
}

export interface VerifyParts {
  log: Pick<LogRecords, 'after' | 'checkpoints' | 'head' | 'waiting'>
  keys: Pick<CheckpointKeys, 'check'>
  /** Checkpoints that somebody outside has kept. */
  outside: readonly Checkpoint[]
  /** No segment is given up before this time after its end, in milliseconds. */
  leastLife: number
  /** That of whoever looks. */
  clock: Clock
}

/** Clocks differ, but not by more. */
const day = 86_400_000
/** A gate that runs makes a checkpoint a day, so no segment has events that lie further apart. */
const longestSegment = 2 * day

/**
 * Looks at the whole log: every row fits its digest, every seal continues the one before, no position
 * is missing, and every checkpoint says what stands there. Reads only, and beside gates that write.
 */
export async function verifyLog(parts: VerifyParts): Promise<Verified> {
  const { log, outside } = parts
  const checkpoints = await log.checkpoints()
  const begin = beginOf(checkpoints)
  const start = begin ?? { position: 0, seal: firstSeal }
  const asked = new Set([...checkpoints, ...outside].map(({ position }) => position))
  const seen = await lookAtRows(log, start, asked, checkpoints.at(-1)?.position ?? 0)
  const later = await log.checkpoints()
  // A segment that was given up meanwhile would look like a hole.
  if (beginOf(later)?.position !== begin?.position) return verifyLog(parts)

  const ofCheckpoints = lookAtCheckpoints({ ...parts, checkpoints, later, start, seen })
  const faults = [...faultsOf(seen), ...faultsOfBegin(parts, begin, seen), ...ofCheckpoints.faults]
  const doubts = [...doubtsOf(seen), ...ofCheckpoints.doubts]
  const leftOver = `positions up to ${start.position} are being removed`
  const notes = [...(seen.leftOver ? [leftOver] : []), ...ofCheckpoints.notes]
  return {
    rows: seen.sealed,
    erased: seen.erased.count,
    waiting: seen.waiting,
    checkpoints: checkpoints.length,
    first: start.position + 1,
    last: seen.last,
    // The same line of a log may be kept several times.
    faults: [...new Set(faults)],
    doubts: [...new Set(doubts)],
    notes: [...new Set(notes)],
  }
}

function beginOf(checkpoints: readonly StoredCheckpoint[]): StoredCheckpoint | undefined {
  return checkpoints.findLast(({ purgedAt }) => purgedAt !== null)
}

interface CheckpointsParts extends Pick<VerifyParts, 'keys' | 'outside'> {
  /** The gate's own, before and after the rows were looked at. */
  checkpoints: readonly StoredCheckpoint[]
  later: readonly StoredCheckpoint[]
  start: Sealed
  seen: SeenRows
}

/** Compares checkpoints with the rows; adds to what is missing there. */
function lookAtCheckpoints({ keys, outside, checkpoints, later, start, seen }: CheckpointsParts) {
  const faults: string[] = []
  const doubts: string[] = []
  const notes: string[] = []
  const { last, told, sealAt } = seen
  const sealOf = ({ position }: Checkpoint) =>
    position === start.position ? start.seal : sealAt.get(position)
  const proves = (checkpoint: Checkpoint) =>
    keys.check(checkpoint) === 'good' && sealOf(checkpoint) === checkpoint.seal
  /** A seal holds all that came before it, older checkpoints too, whoever has signed them. */
  const provenUpTo = [...checkpoints, ...outside]
    .filter(proves)
    .reduce((most, { position }) => Math.max(most, position), -1)

  const compare = (checkpoint: Checkpoint, words: string) => {
    const { position, seal } = checkpoint
    const signature = keys.check(checkpoint)
    if (signature === 'wrong') {
      faults.push(`${words} has a wrong signature`)
      return
    }
    if (signature === 'unknown') {
      const told = position <= provenUpTo ? notes : doubts
      told.push(`${words} was signed with a key that is not here`)
    }
    if (position > last.position) seen.missing.add(last.position + 1, position)
    const stands = sealOf(checkpoint)
    if (stands === undefined || stands === seal) return
    faults.push(`${words} says otherwise: what stands up to there was written anew`)
  }

  for (const [index, checkpoint] of checkpoints.entries()) {
    const { position, at } = checkpoint
    const words = `the gate's own checkpoint at position ${position}`
    // Of an older one the event is gone with its segment.
    if (position >= start.position && !told.checkpoints.some(event => isSame(event, checkpoint))) {
      faults.push(`${words} is not the one of which the log tells`)
    }
    const before = checkpoints[index - 1]
    if (before && at <= before.at) faults.push(`${words} is older than the one before`)
    compare(checkpoint, words)
  }
  const kept = new Map(later.map(checkpoint => [checkpoint.position, checkpoint]))
  for (const event of told.checkpoints) {
    const own = kept.get(event.position)
    const words = `the gate's own checkpoint at position ${event.position}`
    if (!own) faults.push(`${words} is gone`)
    else if (!isSame(own, event)) faults.push(`${words} is not the one of which the log tells`)
  }
  for (const checkpoint of outside) {
    const words = `the given checkpoint at position ${checkpoint.position}`
    compare(checkpoint, words)
    const own = kept.get(checkpoint.position)
    // The gate keeps its checkpoints when their rows are given up.
    if (checkpoint.position < start.position && !(own && isSame(own, checkpoint))) {
      faults.push(`${words} is not among the gate's own`)
    }
  }
  return { faults, doubts, notes }
}

function isSame(one: Checkpoint, other: Checkpoint): boolean {
  const { position, seal, at, key, signature } = one
  const same = position === other.position && seal === other.seal && at === other.at
  return same && key === other.key && signature === other.signature
}

function faultsOfBegin(
  { leastLife, clock }: VerifyParts,
  begin: StoredCheckpoint | undefined,
  { told }: SeenRows,
): string[] {
  if (!begin) return []
  const { position, at, purgedAt } = begin
  const said = told.removals.some(({ through, at }) => through === position && at === purgedAt)
  const life = Math.min(purgedAt ?? 0, clock() + day) - at
  return [
    ...(life < leastLife ? [`positions up to ${position} are gone before their time`] : []),
    ...(said ? [] : [`positions up to ${position} are gone, and no removal in the log says so`]),
  ]
}

function faultsOf(seen: SeenRows): string[] {
  const { last, head, missing, erased, told } = seen
  if (head.position > last.position) missing.add(last.position + 1, head.position)
  const faults = [
    ...sentences(missing.spans, 'is missing', 'are missing'),
    ...sentences(seen.inserted.spans, 'was inserted', 'were inserted'),
    ...sentences(
      seen.changed.spans,
      'was changed after it was written',
      'were changed after they were written',
    ),
    ...sentences(
      seen.broken.spans,
      'does not continue the one before: changed, inserted or out of order',
      'do not continue the ones before: changed, inserted or out of order',
    ),
    ...sentences(seen.unsealed.spans, 'was not sealed by a gate', 'were not sealed by a gate'),
    ...sentences(
      erased.without(told.erased),
      'was emptied, and no erasure in the log says so',
      'were emptied, and no erasure in the log says so',
    ),
  ]
  for (const row of seen.changedRows) faults.push(`row ${row}, which has no position, was changed`)
  if (head.position === last.position && head.seal !== last.seal) {
    faults.push(`position ${last.position} has another seal than a gate gave last`)
  }
  return faults
}

function doubtsOf({ unknown, sealed, open }: SeenRows): string[] {
  const doubts = [...unknown].flatMap(([form, positions]) => {
    const words = `of form ${form}, of which this version knows only the seals`
    return sentences(positions.spans, `is ${words}`, `are ${words}`)
  })
  if (sealed === 0) doubts.push('no event is sealed yet')
  if (open.to - open.from > longestSegment) {
    doubts.push(`behind position ${open.behind} there is no checkpoint, though days have passed`)
  }
  return doubts
}

function sentences(spans: readonly Span[], ofOne: string, ofSeveral: string): string[] {
  return spans.map(([from, to]) =>
    from === to ? `position ${from} ${ofOne}` : `positions ${from} to ${to} ${ofSeveral}`,
  )
}
