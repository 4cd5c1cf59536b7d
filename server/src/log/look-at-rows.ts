import { isKnownEvent, isVisitors } from '../protocol/log-event.ts'
import { logDigest, logFields, logForm, logSeal } from '../protocol/log-form.ts'
import type { LogRecords, LogRow, SealedRow } from '../store/log.ts'
import { OwnEvents } from './own-events.ts'
import { Positions } from './positions.ts'

/** Where a chain of seals stands. */
export interface Sealed {
  position: number
  seal: string
}

/** What was seen in the rows. */
export interface SeenRows {
  /** How many sealed ones, and how many that are not sealed yet. */
  sealed: number
  waiting: number
  last: Sealed
  /** What a gate had sealed last before the last look; it is written with each seal. */
  head: Sealed
  erased: Positions
  /** Rows of forms that this version does not know, by form. */
  unknown: Map<number, Positions>
  /** Whether some are left of what was given up. */
  leftOver: boolean
  told: OwnEvents
  /** When the first and the last event behind the newest checkpoint happened. */
  open: { behind: number; from: number; to: number }
  /** The seals at the positions that were asked for. */
  sealAt: Map<number, string>

  missing: Positions
  /** Where no gate begins. */
  inserted: Positions
  /** Behind the head. */
  unsealed: Positions
  /** Whose seal does not continue the one before. */
  broken: Positions
  /** Whose fields do not fit the digest. */
  changed: Positions
  /** The same of rows that have no position yet, or none that a gate gives. */
  changedRows: Set<number>
}

const batch = 1_000
/** How often to look behind a gate that writes meanwhile. */
const mostLooks = 3

/**
 * Looks at every row behind `start`, the oldest first, and at those that are not sealed yet.
 * @param asked the positions of seals to bring along.
 * @param behind the position of the newest checkpoint.
 */
export async function lookAtRows(
  log: Pick<LogRecords, 'after' | 'head' | 'waiting'>,
  start: Sealed,
  asked: ReadonlySet<number>,
  behind: number,
): Promise<SeenRows> {
  const seen: SeenRows = {
    sealed: 0,
    waiting: 0,
    last: start,
    head: start,
    erased: new Positions(),
    unknown: new Map(),
    leftOver: false,
    told: new OwnEvents(),
    open: { behind, from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY },
    sealAt: new Map(),
    missing: new Positions(),
    inserted: new Positions(),
    unsealed: new Positions(),
    broken: new Positions(),
    changed: new Positions(),
    changedRows: new Set(),
  }
  /** The last seal as it should be, whatever stands there. */
  let expected = start.seal

  const lookAt = (row: SealedRow, head: Sealed) => {
    const { position, digest } = row
    // Whatever the type says: somebody may have emptied the column.
    const seal = row.seal ?? ''
    const { last } = seen
    if (!Number.isSafeInteger(position)) {
      seen.changedRows.add(row.row)
      return
    }
    const next = last.position + 1
    const follows = position === next && position <= head.position
    if (position > next) seen.missing.add(next, position - 1)
    if (position > head.position) seen.unsealed.add(position)
    else if (position < next) seen.inserted.add(position)
    // One seal that was changed is one fault, and not another one at the next row.
    if (!follows || [last.seal, expected].some(before => logSeal(before, next, digest) === seal)) {
      expected = seal
    } else {
      seen.broken.add(position)
      expected = logSeal(expected, next, digest)
    }
    seen.sealed += 1
    if (position >= next) seen.last = { position, seal }
    if (asked.has(position)) seen.sealAt.set(position, seal)
    const state = stateOf(row)
    if (state === 'changed') seen.changed.add(position)
    if (state === 'erased') seen.erased.add(position)
    if (row.form > logForm) positionsOf(seen.unknown, row.form).add(position)
    if (tells(state)) seen.told.add(row)
    // What an older gate has told comes as late as the upgrade.
    if (position > behind && row.at !== null && !row.detail?.startsWith('{"from":"audit"')) {
      seen.open.from = Math.min(seen.open.from, row.at)
      seen.open.to = Math.max(seen.open.to, row.at)
    }
  }

  const lookAtSealed = async () => {
    for (;;) {
      seen.head = await log.head()
      const read = await log.after(seen.last.position, batch)
      const end = read.at(-1)?.position ?? 0
      // Whatever a gate has sealed meanwhile is behind a head that was written with it.
      const head = end > seen.head.position ? await log.head() : seen.head
      for (const row of read) lookAt(row, head)
      if (read.length < batch || !Number.isSafeInteger(end)) return
    }
  }

  const lookAtWaiting = async () => {
    seen.waiting = 0
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const read = await log.waiting({}, { after }, batch)
      for (const row of read) {
        const state = stateOf(row)
        if (!tells(state)) seen.changedRows.add(row.row)
        else seen.told.add(row)
      }
      seen.waiting += read.length
      if (read.length < batch) return
      after = read.at(-1)?.row ?? after
    }
  }

  for (const { position } of await log.after(Number.MIN_SAFE_INTEGER, batch)) {
    if (position < 1) seen.inserted.add(position)
    else if (position <= start.position) seen.leftOver = true
  }
  await lookAtSealed()
  // What tells of an erased row is perhaps not sealed yet, or was sealed between two looks.
  for (let looks = 0; looks < mostLooks; looks += 1) {
    await lookAtWaiting()
    await lookAtSealed()
    if (seen.erased.without(seen.told.erased).length === 0) break
  }
  return seen
}

type State = 'good' | 'erased' | 'changed' | 'unknown'

/** What another version has written is believed: it cannot be proven here. */
function tells(state: State): boolean {
  return state === 'good' || state === 'unknown'
}

function stateOf(row: LogRow): State {
  const { form, salt, digest } = row
  if (form < 1 || !isBytes(digest, 32)) return 'changed'
  if (salt === null) return isEmpty(row) ? 'erased' : 'changed'
  // Read with the longer salt, the same bytes could mean other fields.
  if (!isBytes(salt, 16)) return 'changed'
  const ofKnownForm = logDigest(Math.min(form, logForm), salt, row) === digest
  if (form > logForm) return ofKnownForm ? 'changed' : 'unknown'
  // Of whom an event tells that this version does not know, it does not know either.
  const flagged = !isKnownEvent(row.event) || row.visitors === isVisitors(row)
  return ofKnownForm && flagged ? 'good' : 'changed'
}

function isEmpty(row: LogRow): boolean {
  return !row.visitors && logFields.every(name => row[name] === null)
}

/** Base64url of so many bytes, in the one spelling that a gate writes. */
function isBytes(text: string, length: number): boolean {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === length && bytes.toString('base64url') === text
}

function positionsOf(map: Map<number, Positions>, key: number): Positions {
  const known = map.get(key) ?? new Positions()
  map.set(key, known)
  return known
}
