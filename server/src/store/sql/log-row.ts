import { randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import { isVisitors, type LogEvent } from '../../protocol/log-event.ts'
import { type LogFields, logDigest, logForm } from '../../protocol/log-form.ts'
import type { LogRow } from '../log.ts'
import type { InTransaction } from './noun.ts'
import { prepared } from './prepared.ts'
import type { LogTable } from './tables.ts'

/** A detail is a few words; whoever wants to keep more is keeping something else. */
const longestDetail = 2048

const saltBytes = 16

/** What is left of a row once it is erased: number, form, digest, position, seal. */
export const erased = {
  at: null,
  event: null,
  actor_kind: null,
  actor: null,
  address: null,
  subject_kind: null,
  subject: null,
  kiosk: null,
  account: null,
  detail: null,
  salt: null,
  visitors: null,
} satisfies Partial<Selectable<LogTable>>

/** Most changes tell one thing. */
const addOne = prepared((db, row: ReturnType<typeof eventToRow>) =>
  db.insertInto('log').values(row),
)

/** Writes events down; each becomes a row with a salt and a digest of its own. */
export async function addToLog(trx: InTransaction, events: readonly LogEvent[]): Promise<void> {
  const [first, ...more] = events.map(eventToRow)
  if (!first) return
  if (more.length === 0) await addOne(trx, first)
  else
    await trx
      .insertInto('log')
      .values([first, ...more])
      .execute()
}

export function eventToRow(event: LogEvent) {
  const { actor, subject, kiosk = null, account = null } = event
  const detail = event.detail ? JSON.stringify(event.detail) : null
  if (detail !== null && Buffer.byteLength(detail) > longestDetail) {
    throw new TypeError(`the detail of ${event.event} is too long`)
  }
  const fields: LogFields = {
    at: event.at,
    event: event.event,
    actorKind: actor.kind,
    actor: actor.id,
    address: actor.address ?? null,
    subjectKind: subject.kind,
    subject: subject.id,
    kiosk,
    account,
    detail,
  }
  const salt = randomBytes(saltBytes).toString('base64url')
  const digest = logDigest(logForm, salt, fields)
  if (digest === null) throw new Error('the present form has no digest')
  return {
    form: logForm,
    at: fields.at,
    event: fields.event,
    actor_kind: fields.actorKind,
    actor: fields.actor,
    address: fields.address,
    subject_kind: fields.subjectKind,
    subject: fields.subject,
    kiosk,
    account,
    detail,
    salt,
    digest,
    visitors: isVisitors(fields) ? 1 : null,
  }
}

export function logFromRow(row: Selectable<LogTable>): LogRow {
  return {
    row: row.row,
    form: row.form,
    at: row.at,
    event: row.event,
    actorKind: row.actor_kind,
    actor: row.actor,
    address: row.address,
    subjectKind: row.subject_kind,
    subject: row.subject,
    kiosk: row.kiosk,
    account: row.account,
    detail: row.detail,
    salt: row.salt,
    digest: row.digest,
    position: row.position,
    seal: row.seal,
    visitors: row.visitors !== null,
  }
}
