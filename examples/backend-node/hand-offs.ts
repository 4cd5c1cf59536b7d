// What visitors came for: each hand-off gets a number, which is kept, and called later.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { ask } from './gate.ts'

const { WEBHOOK_SECRET = '', CLIENT_CREDENTIAL = '', DATA = 'check-in.sqlite' } = process.env
const keys = WEBHOOK_SECRET.split(' ').map(secret => Buffer.from(secret.slice(6), 'base64'))
if (keys.some(key => key.length < 24)) throw new Error('WEBHOOK_SECRET must be whsec_…')

const db = new DatabaseSync(DATA)
// No row is ever removed, so each new one gets the next number; on disk before it is answered.
db.exec('CREATE TABLE IF NOT EXISTS slips (number INTEGER PRIMARY KEY, id UNIQUE, state)')
const columns = "SELECT printf('A-%03d', number) AS spoken, id, state FROM slips"
const give = db.prepare('INSERT OR IGNORE INTO slips (id) VALUES (?)')
const find = db.prepare(`${columns} WHERE id = ?`)
const next = db.prepare(`${columns} WHERE state IS ? ORDER BY number`)
const close = db.prepare("UPDATE slips SET state = ? WHERE id = ? AND state IS NOT 'cancelled'")
const text = { ko: '취소된 접수입니다', en: 'This was cancelled' }

/** Standard Webhooks: over the bytes as they came; with either secret while they rotate. */
export function isGenuine(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers
  const signatures = `${given}`.split('v1,').map(one => Buffer.from(one, 'base64'))
  const isKnown = keys.some(key => {
    const right = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest()
    return signatures.some(one => one.length === right.length && timingSafeEqual(one, right))
  })
  return isKnown && Math.abs(Date.now() / 1000 - Number(time)) <= 300
}

/** What to answer; the same number for the same id, whenever it is asked. */
export function receive({ type, data }: { type: string; data: { id: string } }): object {
  if (type !== 'hand_off.requested' && type !== 'hand_off.cancelled') return {}
  give.run(data.id)
  // Also where its request is still on the way, which then finds that it was cancelled.
  if (type === 'hand_off.cancelled') close.run('cancelled', data.id)
  const { spoken: number, state } = find.get(data.id) ?? {}
  console.log(type, number)
  return state === 'cancelled' ? { status: 'refused', text } : { status: 'accepted', number }
}

let moving: Promise<object> = Promise.resolve({})
/** Calls whoever waits longest, or ends who was called first: in turn, as two desks never call the same. */
export function move(status: 'called' | 'done'): Promise<object> {
  moving = moving.catch(() => {}).then(() => moveNext(status))
  return moving
}

async function moveNext(status: 'called' | 'done'): Promise<object> {
  const { spoken: number, id } = next.get(status === 'called' ? null : 'called') ?? {}
  if (typeof id !== 'string') return {}
  try {
    await ask('PATCH', `/api/v1/hand-offs/${id}`, CLIENT_CREDENTIAL, { status })
  } catch (error) {
    // Where the gate is sure that it is over, it is the next one's turn.
    if (![404, 409].includes((error as { status: number }).status)) throw error
    close.run('cancelled', id)
    return status === 'called' ? moveNext(status) : {}
  }
  close.run(status, id)
  return { number }
}
