import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { openDatabase } from './database.ts'
import { createQueue } from './queue.ts'
import { readSite } from './site.ts'
import { startTelling } from './telling.ts'
import { ticketsNow } from './tickets.ts'
import { boardState, deskState } from './views.ts'

const day = '2026-11-30'
const now = Date.UTC(2026, 10, 30, 1)

/** Every statement that a file's database is asked, with its values written into it. */
function listenTo(t: TestContext): Set<string> {
  const asked = new Set<string>()
  const { prepare } = DatabaseSync.prototype
  t.mock.method(DatabaseSync.prototype, 'prepare', function (this: DatabaseSync, text: string) {
    const statement = prepare.call(this, text)
    for (const name of ['all', 'run'] as const) {
      const ask = statement[name].bind(statement) as (...values: unknown[]) => never
      statement[name] = (...values: unknown[]) => {
        const left = [...values]
        asked.add(text.replaceAll('?', () => literal(left.shift())))
        return ask(...values)
      }
    }
    return statement
  })
  return asked
}
const literal = (value: unknown) =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)

test('nothing that is asked at each change reads all that is kept for 90 days', async t => {
  const dataDir = mkdtempSync(join(tmpdir(), 'qrgate-test-'))
  const asked = listenTo(t)
  const { db } = openDatabase(dataDir)
  const site = readSite(dataDir)
  t.after(async () => {
    await db.destroy()
    rmSync(dataDir, { recursive: true })
  })
  const place = { name: { ko: '', en: '' }, time_zone: 'Asia/Seoul', hours: [] }
  const seen = { db, site, place, day }
  const basic = { db, site, clock: () => now, today: () => day }
  const queue = createQueue({ ...basic, changed() {} })
  const ids = [randomUUID(), randomUUID(), randomUUID()]
  const comer = { service: 'consultation', name: 'Jane', external_id: null }
  for (const id of ids) await queue.receive({ ...comer, id })
  const [first = '', second = '', third = ''] = ids
  await queue.act('call', { desk: 'room-1', arrival: first })
  await queue.act('call', { desk: 'room-1', arrival: second })
  await queue.act('back', { arrival: second })
  await queue.act('pass', { arrival: third, service: 'payment' })
  await queue.cancel(third)
  await deskState(seen, false)
  await boardState(seen)
  await ticketsNow(basic, day, now)
  await queue.tidy()
  await new Promise<void>(resolve => {
    const told = Promise.withResolvers<never>()
    const gate = {
      tell() {
        resolve()
        return told.promise
      },
    }
    const logger = { warn() {} } as never
    const cancel = async () => {}
    const telling = startTelling({ ...basic, gate, cancel, changed() {}, logger })
    t.after(() => {
      told.reject(new Error('over'))
      return telling.close()
    })
  })

  const plans = new DatabaseSync(join(dataDir, 'reception.sqlite'), { readOnly: true })
  t.after(() => plans.close())
  const whole = [...asked].flatMap(text => {
    if (!/^(select|update|delete)/.test(text)) return []
    const steps = plans
      .prepare(`EXPLAIN QUERY PLAN ${text}`)
      .all()
      .map(({ detail }) => `${detail}`)
    // Whoever waits is few, and has an index of its own.
    const reads = steps.filter(step => /^SCAN (arrivals|calls)\b(?!.* waiting)/.test(step))
    return reads.map(step => `${step}: ${text}`)
  })
  assert.ok(asked.size > 20, `${asked.size}`)
  assert.deepEqual(whole, [])
})
