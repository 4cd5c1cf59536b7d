import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import { accountIdKey } from '../accounts/account-id.ts'
import { type CheckpointKeys, checkpointIn, checkpointKeys } from '../log/checkpoint.ts'
import { verifyLog } from '../log/verify.ts'
import { OperatorError } from '../operator-error.ts'
import { deriveKeyring } from '../protocol/keyring.ts'
import { logEvents } from '../protocol/log-event.ts'
import { settings } from '../settings.ts'
import type { Checkpoint, LogQuery, LogRecords, LogRow } from '../store/log.ts'
import type { Store } from '../store/store.ts'
import { say, withStore } from './command.ts'
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
const batch = 500

/** `qrgate log verify`; exit code 1 when anything was changed. */
export async function verify({ checkpoints }: { checkpoints?: string }): Promise<void> {
  const outside = checkpoints === undefined ? [] : readCheckpoints(checkpoints)
  await withStore(async ({ log }, config, clock) => {
    const keys = keysOf(keptSecretKeys(config))
    const leastLife = settings.QRGATE_LOG_DAYS.least * day
    const verified = await verifyLog({ log, keys, outside, leastLife, now: clock() })
    const { rows, erased, waiting, first, last, faults, notes } = verified
    for (const fault of faults) say(`FAULT  ${fault}`)
    for (const note of notes) say(`note   ${note}`)
    say(
      rows === 0
        ? 'No event is sealed yet.'
        : `${rows} events, positions ${first} to ${last.position}, last seal ${last.seal}.`,
    )
    say(`${erased} erased, ${waiting} not sealed yet, ${verified.checkpoints} checkpoints.`)
    if (outside.length > 0) say(`${outside.length} given checkpoints were compared.`)
    const whole = notes.length === 0 ? 'whole' : 'whole, as far as it could be looked at'
    say(faults.length === 0 ? `The log is ${whole}.` : 'The log was changed.')
    if (faults.length > 0) process.exitCode = 1
  })
}

/** `qrgate log show`: the newest events that match, the latest one last. */
export async function show({ limit, ...filter }: LogFilter & { limit: string }): Promise<void> {
  const most = wholeNumber('--limit', limit)
  await withStore(async store => {
    const query = await queryOf(store, filter)
    const waiting = await store.log.waiting(query, 'newest', most)
    const sealed = await store.log.find(query, 'newest', most - waiting.length)
    for (const row of [...waiting, ...sealed].toReversed()) say(lineOf(row))
  })
}

/** `qrgate log export`: all events that match, the columns as they are sealed. */
export async function exportLog({ format, ...filter }: LogFilter & { format: string }) {
  if (format !== 'jsonl' && format !== 'csv') {
    throw new OperatorError(`--format must be jsonl or csv, not "${format}".`)
  }
  await withStore(async store => {
    const rows = allRows(store.log, await queryOf(store, filter))
    const source = Readable.from(format === 'csv' ? rows : linesOf(rows))
    const written =
      format === 'csv'
        ? pipeline(source, stringify({ header: true }), process.stdout, { end: false })
        : pipeline(source, process.stdout, { end: false })
    await written.catch(error => {
      // Whoever reads it may have seen enough, as `head` does.
      if (error.code !== 'EPIPE') throw error
    })
  })
}

async function* linesOf(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`
}

async function* allRows(log: LogRecords, query: LogQuery): AsyncGenerator<object> {
  for (let after = 0; ; ) {
    const rows = await log.find(query, { after }, batch)
    yield* rows.map(exported)
    if (rows.length < batch) break
    after = rows.at(-1)?.position ?? after
  }
  for (let after = 0; ; ) {
    const rows = await log.waiting(query, { after }, batch)
    yield* rows.map(exported)
    if (rows.length < batch) break
    after = rows.at(-1)?.row ?? after
  }
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

/** One event for a person to read, by this machine's time. */
function lineOf(row: LogRow): string {
  const position = `${row.position ?? '-'}`.padStart(8)
  if (row.at === null) return `${position}  erased`
  // Swedish writes dates as everybody sorts them.
  const time = new Date(row.at).toLocaleString('sv-SE')
  const about = row.subjectKind === 'kiosk' ? '' : `${row.subjectKind} ${row.subject}`
  const where = row.kiosk === null ? '' : `kiosk ${row.kiosk}`
  const who = row.account === null || row.account === row.subject ? '' : `account ${row.account}`
  const by = `by ${row.actorKind} ${row.actor} ${row.address ?? ''}`.trimEnd()
  const parts = [about, where, who, by, row.detail ?? ''].filter(Boolean)
  return `${position}  ${time}  ${`${row.event}`.padEnd(24)}  ${parts.join('  ')}`
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
    ...(since !== undefined && { since: timeOf('--since', since) }),
    ...(until !== undefined && { until: timeOf('--until', until) }),
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
function timeOf(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count && unit) return Date.now() - Number(count) * (units[unit] ?? 0)
  const time = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text)
  if (Number.isNaN(time)) {
    throw new OperatorError(`${option} must be like 2026-11-28, 2026-11-28T09:30 or 24h.`)
  }
  return time
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

/** Lines of the gate's JSON log that tell of checkpoints; all others are passed over. */
function readCheckpoints(file: string): Checkpoint[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new OperatorError(`${file} cannot be read: ${(error as Error).message}`)
  }
  const found = text.split('\n').flatMap(line => checkpointOf(line) ?? [])
  if (found.length === 0) throw new OperatorError(`${file} holds no checkpoint.`)
  return found
}

function checkpointOf(line: string): Checkpoint | undefined {
  // journald and others put words of their own before it.
  const begin = line.indexOf('{')
  if (begin < 0 || !line.includes('log.checkpoint')) return undefined
  try {
    const { event } = JSON.parse(line.slice(begin)) as { event?: { detail?: object } }
    return checkpointIn(event?.detail ?? {}) ?? undefined
  } catch {
    return undefined
  }
}

function keysOf([current, ...accepted]: readonly string[]): Pick<CheckpointKeys, 'check'> {
  if (current === undefined) return { check: () => 'unknown' }
  return checkpointKeys(deriveKeyring([current, ...accepted], 'log checkpoint'))
}
