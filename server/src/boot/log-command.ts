import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import { accountIdKey } from '../accounts/account-id.ts'
import { type CheckpointKeys, checkpointIn, checkpointKeys } from '../log/checkpoint.ts'
import { allRows, newestRows } from '../log/found-rows.ts'
import { verifyLog } from '../log/verify.ts'
import { OperatorError } from '../operator-error.ts'
import { deriveKeyring } from '../protocol/keyring.ts'
import { logEvents } from '../protocol/log-event.ts'
import { settings } from '../settings.ts'
import type { Checkpoint, LogQuery, LogRecords, LogRow } from '../store/log.ts'
import type { Store } from '../store/store.ts'
import { isoTime, say, sayJson, timeOf, withStore } from './command.ts'
import { passOverOutput } from './output.ts'
import { keptSecretKeys } from './secret-key.ts'

/** What `log show` and `log export` are asked for, as it was typed. */
export interface LogFilter {
  since?: string
  until?: string
  kiosk?: string
  account?: string
  event?: string
}

const day = 86_400_000

interface Verifying {
  checkpoints?: string
  json?: boolean
}

/** `qrgate log verify`; exit code 1 when anything was changed, 2 where that cannot be told. */
export async function verify({ checkpoints, json = false }: Verifying): Promise<void> {
  const outside = checkpoints === undefined ? [] : await readCheckpoints(checkpoints)
  await withStore(async ({ log }, config, clock) => {
    const keys = keysOf(keptSecretKeys(config))
    const leastLife = settings.QRGATE_LOG_DAYS.least * day
    const verified = await verifyLog({ log, keys, outside, leastLife, clock })
    const { rows, erased, waiting, first, last, faults, doubts, notes } = verified
    process.exitCode = faults.length > 0 ? 1 : doubts.length > 0 ? 2 : 0
    if (json) {
      const verdict = faults.length > 0 ? 'changed' : doubts.length > 0 ? 'unproven' : 'whole'
      const counts = { events: rows, erased, waiting, checkpoints: verified.checkpoints }
      const range = { first_position: first, last_position: last.position, last_seal: last.seal }
      const compared = outside.length
      return sayJson({ verdict, ...counts, ...range, compared, faults, doubts, notes })
    }
    for (const fault of faults) say(`FAULT  ${fault}`)
    for (const doubt of doubts) say(`DOUBT  ${doubt}`)
    for (const note of notes) say(`note   ${note}`)
    if (rows > 0) {
      say(`${rows} events, positions ${first} to ${last.position}, last seal ${last.seal}.`)
    }
    say(`${erased} erased, ${waiting} not sealed yet, ${verified.checkpoints} checkpoints.`)
    if (outside.length > 0) say(`${outside.length} given checkpoints were compared.`)
    if (faults.length > 0) say('The log was changed.')
    else if (doubts.length > 0) say('The log could not be proven.')
    else say('The log is whole.')
  }, 'look')
}

/** `qrgate log show`: the newest events that match, the latest one last. */
export async function show(given: LogFilter & { limit: string; json?: boolean }): Promise<void> {
  const { limit, json = false, ...filter } = given
  const most = wholeNumber('--limit', limit)
  await withStore(async store => {
    const query = await queryOf(store, filter)
    const newest = await newestRows(store.log, query, most)
    const rows = newest.toReversed()
    if (json) return sayJson(rows.map(rowJson))
    for (const row of rows) say(lineOf(row))
  }, 'look')
}

/** `qrgate log export`: all events that match, the columns as they are sealed. */
export async function exportLog({ format, ...filter }: LogFilter & { format: string }) {
  if (format !== 'jsonl' && format !== 'csv') {
    throw new OperatorError(`--format must be jsonl or csv, not "${format}".`)
  }
  await withStore(async store => {
    const rows = exportedRows(store.log, await queryOf(store, filter))
    const source = Readable.from(format === 'csv' ? rows : linesOf(rows))
    const written =
      format === 'csv'
        ? pipeline(source, stringify({ header: true }), process.stdout, { end: false })
        : pipeline(source, process.stdout, { end: false })
    await written.catch(passOverOutput)
  }, 'look')
}

async function* linesOf(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`
}

async function* exportedRows(log: LogRecords, query: LogQuery): AsyncGenerator<object> {
  for await (const row of allRows(log, query)) yield exported(row)
}

/** The columns by their names in the table, so that anybody can prove digest and seal. */
function exported(row: LogRow) {
  return {
    position: row.position,
    form: row.form,
    at: row.at,
    time: row.at === null ? null : new Date(row.at).toISOString(),
    event: row.event,
    actor_kind: row.actorKind,
    actor: row.actor,
    address: row.address,
    subject_kind: row.subjectKind,
    subject: row.subject,
    kiosk: row.kiosk,
    account: row.account,
    detail: row.detail,
    salt: row.salt,
    digest: row.digest,
    seal: row.seal,
  }
}

/** One event for a program to read; `export` has what proves it. */
function rowJson(row: LogRow): object {
  return {
    position: row.position,
    at: isoTime(row.at),
    event: row.event,
    actor: row.actorKind && { kind: row.actorKind, id: row.actor, address: row.address },
    subject: row.subjectKind && { kind: row.subjectKind, id: row.subject },
    kiosk: row.kiosk,
    account: row.account,
    detail: row.detail === null ? null : JSON.parse(row.detail),
  }
}

/** One event for a person to read, by this machine's time. */
function lineOf(row: LogRow): string {
  const position = `${row.position ?? '-'}`.padStart(8)
  if (row.at === null) return `${position}  erased`
  const about = row.subjectKind === 'kiosk' ? '' : `${row.subjectKind} ${row.subject}`
  const where = row.kiosk === null ? '' : `kiosk ${row.kiosk}`
  const who = row.account === null || row.account === row.subject ? '' : `account ${row.account}`
  const by = `by ${row.actorKind} ${row.actor} ${row.address ?? ''}`.trimEnd()
  const parts = [about, where, who, by, row.detail ?? ''].filter(Boolean)
  return `${position}  ${timeOf(row.at)}  ${`${row.event}`.padEnd(24)}  ${parts.join('  ')}`
}

/** @throws OperatorError for what cannot be looked for. */
async function queryOf(store: Store, filter: LogFilter): Promise<LogQuery> {
  const { since, until, kiosk, account, event } = filter
  if (event !== undefined && !eventWords.has(event)) {
    throw new OperatorError(
      `There is no event "${event}". There are: ${[...eventWords].join(', ')}`,
    )
  }
  return {
    ...(since !== undefined && { since: askedTime('--since', since) }),
    ...(until !== undefined && { until: askedTime('--until', until) }),
    ...(kiosk !== undefined && { kiosk: wholeNumber('--kiosk', kiosk) }),
    ...(account !== undefined && { account: await accountKey(store, account) }),
    ...(event !== undefined && { event }),
  }
}

/** `kiosk.revoked` and all the others, and `kiosk` for all of a noun. */
const eventWords = new Set(
  Object.keys(logEvents).flatMap(event => [event.slice(0, event.indexOf('.')), event]),
)

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: day }

/** A date, a date with a time, both by this machine's zone unless they name one; or `24h` ago. */
function askedTime(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count && unit) return Date.now() - Number(count) * (units[unit] ?? 0)
  const [, date, time] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const at = isDay(date) ? Date.parse(`${date}${time ?? 'T00:00'}`) : Number.NaN
  if (Number.isNaN(at)) {
    throw new OperatorError(`${option} must be like 2026-11-28, 2026-11-28T09:30 or 24h.`)
  }
  return at
}

/** JavaScript takes the 30th of February for the 2nd of March. */
function isDay(date: string | undefined): date is string {
  const time = Date.parse(`${date}T00:00Z`)
  return date !== undefined && !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new OperatorError(`${option} must be a number.`)
  return Number(text)
}

/** The log knows accounts by their keys only. An account that is gone may be named by its key. */
async function accountKey({ accounts }: Store, text: string): Promise<string> {
  const account = await accounts.byIdKey(accountIdKey(text))
  if (account) return account.key
  if (/^[\w-]{22}$/.test(text)) return text
  throw new OperatorError(`There is no account "${text}".`)
}

/**
 * Lines that tell of checkpoints, however they were kept: as the gate has printed them, wrapped by
 * journald or Docker, or exported. All others are passed over.
 */
async function readCheckpoints(file: string): Promise<Checkpoint[]> {
  const found: Checkpoint[] = []
  try {
    const handle = await open(file)
    for await (const line of handle.readLines()) {
      if (line.includes('log.checkpoint')) found.push(...checkpointsIn(line))
    }
  } catch (error) {
    throw new OperatorError(`${file} cannot be read: ${(error as Error).message}`)
  }
  if (found.length === 0) throw new OperatorError(`${file} holds no checkpoint.`)
  return found
}

function checkpointsIn(line: string): Checkpoint[] {
  try {
    // Collectors put words of their own before it.
    const told = JSON.parse(line.slice(line.indexOf('{')))
    const inner = told.MESSAGE ?? told.log
    if (typeof inner === 'string') return checkpointsIn(inner)
    const exported = typeof told.detail === 'string' ? JSON.parse(told.detail) : null
    const checkpoint = checkpointIn(exported ?? told.event?.detail ?? {})
    return checkpoint ? [checkpoint] : []
  } catch {
    return []
  }
}

function keysOf([current, ...accepted]: readonly string[]): Pick<CheckpointKeys, 'check'> {
  if (current === undefined) return { check: () => 'unknown' }
  return checkpointKeys(deriveKeyring([current, ...accepted], 'log checkpoint'))
}
