import { isVisitors } from '../protocol/log-event.ts'
import { firstSeal, logDigest, logSeal } from '../protocol/log-form.ts'
import type { Checkpoint, LogRecords, LogRow, SealedRow, StoredCheckpoint } from '../store/log.ts'
import type { CheckpointKeys } from './checkpoint.ts'
import { Positions } from './positions.ts'

export interface Verified {
  /** Sealed rows that were looked at; of them erased ones, whose fields nobody can look at. */
  rows: number
  erased: number
  /** Rows that are not sealed yet. */
  waiting: number
  checkpoints: number
  /** Where the log begins and ends. */
  first: number
  last: { position: number; seal: string }
  /** What somebody has changed, each with its position. */
  faults: string[]
  /** What could not be looked at. */
  notes: string[]
}

export interface VerifyParts {
  log: LogRecords
  keys: Pick<CheckpointKeys, 'check'>
  /** Checkpoints that somebody outside has kept. */
  outside: readonly Checkpoint[]
  /** No segment is given up before this time after its end, in milliseconds. */
  leastLife: number
}

const batch = 1_000

/**
 * Looks at the whole log: every row fits its digest, every seal continues the one before, no position
 * is missing, and every checkpoint says what stands there. Reads only.
 */
export async function verifyLog(parts: VerifyParts): Promise<Verified> {
  const { log, keys, outside, leastLife } = parts
  const stored = await log.checkpoints()
  const begin = beginOf(stored)
  let head = await log.head()

  const faults = new Set<string>()
  const notes = new Set<string>()
  const erasedRows = new Positions()
  const erasures = new Positions()
  const sealAt = new Map<number, string>()
  const checkpointed = new Set([...stored, ...outside].map(({ position }) => position))
  const start = begin ?? { position: 0, seal: firstSeal }
  let { position, seal } = start
  let rows = 0

  const noteErasure = (row: LogRow) => {
    if (row.event === 'log.erased' && stateOf(row) === 'good') addErasure(erasures, row.detail)
  }
  const lookAt = (row: SealedRow) => {
    const at = `position ${row.position} (row ${row.row})`
    const next = position + 1
    if (row.position > next) faults.add(missing(next, row.position - 1))
    if (row.position > head.position) faults.add(`${at} was not sealed by a gate`)
    else if (row.position <= next && logSeal(seal, next, row.digest) !== row.seal) {
      faults.add(`${at} does not continue the one before: changed, inserted or out of order`)
    }
    const state = stateOf(row)
    if (state === 'changed') faults.add(`${at} was changed after it was written`)
    if (state === 'unknown') notes.add(`rows of form ${row.form} are those of another version`)
    if (state === 'erased') erasedRows.add(row.position, row.position)
    noteErasure(row)
    if (checkpointed.has(row.position)) sealAt.set(row.position, row.seal)
    rows += 1
    position = row.position
    seal = row.seal
  }
  const lookAtSealed = async () => {
    for (;;) {
      const read = await log.after(position, batch)
      // Whatever a gate has sealed is behind a head that was written with it.
      if ((read.at(-1)?.position ?? 0) > head.position) head = await log.head()
      for (const row of read) lookAt(row)
      if (read.length < batch) return
    }
  }

  const [before] = await log.after(Number.MIN_SAFE_INTEGER, 1)
  if (before && before.position <= start.position) {
    // A segment that is given up goes row by row.
    if (begin) notes.add(`positions up to ${begin.position} are being removed`)
    else faults.add(`position ${before.position} (row ${before.row}) was inserted`)
  }
  await lookAtSealed()
  let waiting = 0
  for (let after = 0; ; ) {
    const read = await log.waiting({}, { after }, batch)
    for (const row of read) noteErasure(row)
    waiting += read.length
    if (read.length < batch) break
    after = read.at(-1)?.row ?? 0
  }
  // An erasure may have been sealed between the two looks.
  await lookAtSealed()
  // A segment that was given up meanwhile would look like a hole.
  if (beginOf(await log.checkpoints())?.position !== begin?.position) return verifyLog(parts)

  if (position < head.position) faults.add(missing(position + 1, head.position))
  if (position === head.position && seal !== head.seal) {
    faults.add(`position ${position} has another seal than the gate gave last`)
  }
  for (const [from, to] of erasedRows.without(erasures)) {
    faults.add(`${positions(from, to)} was emptied, and no erasure in the log says so`)
  }
  const checkCheckpoint = (checkpoint: Checkpoint, whose: string) => {
    const words = `${whose} checkpoint at position ${checkpoint.position}`
    const signature = keys.check(checkpoint)
    if (signature === 'wrong') faults.add(`${words} has a wrong signature`)
    if (signature === 'unknown') notes.add(`${words} was signed with a key that is not here`)
    if (signature === 'wrong' || checkpoint.position < start.position) return
    if (checkpoint.position > position) faults.add(missing(position + 1, checkpoint.position))
    else if (sealAt.get(checkpoint.position) !== checkpoint.seal) {
      if (checkpoint.position === start.position && start.seal === checkpoint.seal) return
      faults.add(`${words} says otherwise: what stands up to there was written anew`)
    }
  }
  for (const checkpoint of stored) checkCheckpoint(checkpoint, "the gate's own")
  for (const checkpoint of outside) checkCheckpoint(checkpoint, 'the given')
  if (begin && (begin.purgedAt ?? 0) - begin.at < leastLife) {
    faults.add(`positions up to ${begin.position} are gone before their time`)
  }
  return {
    rows,
    erased: erasedRows.count,
    waiting,
    checkpoints: stored.length,
    first: start.position + 1,
    last: { position, seal },
    faults: [...faults],
    notes: [...notes],
  }
}

function beginOf(checkpoints: readonly StoredCheckpoint[]): StoredCheckpoint | undefined {
  return checkpoints.findLast(({ purgedAt }) => purgedAt !== null)
}

function stateOf(row: LogRow): 'good' | 'erased' | 'changed' | 'unknown' {
  const { form, salt } = row
  if (salt === null) {
    const { at, event, actorKind, actor, address, subjectKind, subject, ...rest } = row
    const fields = [at, event, actorKind, actor, address, subjectKind, subject]
    const left = [...fields, rest.kiosk, rest.account, rest.detail].some(field => field !== null)
    return left ? 'changed' : 'erased'
  }
  const digest = logDigest(form, salt, row)
  if (digest === null) return 'unknown'
  return digest === row.digest && row.visitors === isVisitors(row) ? 'good' : 'changed'
}

function addErasure(erasures: Positions, detail: string | null): void {
  const { positions = '' } = JSON.parse(detail ?? '{}') as { positions?: string }
  for (const span of positions.split(',').filter(Boolean)) {
    const [from = 0, to = from] = span.split('-').map(Number)
    erasures.add(from, to)
  }
}

function missing(from: number, to: number): string {
  return `${positions(from, to)} ${from === to ? 'is' : 'are'} missing`
}

function positions(from: number, to: number): string {
  return from === to ? `position ${from}` : `positions ${from} to ${to}`
}
