import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { system } from '../protocol/log-event.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createKiosks } from './kiosks.ts'
import { watchRevocations } from './revocations.ts'

test('S033: a revocation is noticed within two seconds, once, though nobody tells this node', async t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const clock = () => 1_800_000_000_000
  const kiosks = createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
  const enrolled = await kiosks.enrol({ ko: '접수', en: 'Reception' }, system)
  const { number } = enrolled.kiosk
  const dropped: number[] = []
  const errors: unknown[] = []
  let away = false
  const revoked = () =>
    away ? Promise.reject(new Error('the database is away')) : store.kiosks.revoked()
  const stop = watchRevocations({
    records: { revoked },
    onRevoked: kiosk => dropped.push(kiosk),
    onError: error => errors.push(error),
  })
  t.after(stop)
  const twoSeconds = async () => {
    t.mock.timers.tick(2_000)
    await turn()
  }

  await twoSeconds()
  assert.deepEqual(dropped, [])
  await kiosks.revoke(number, system)
  away = true
  await twoSeconds()
  assert.deepEqual(dropped, [])
  assert.equal(errors.length, 1)
  away = false
  await twoSeconds()
  await twoSeconds()
  assert.deepEqual(dropped, [number])
})
