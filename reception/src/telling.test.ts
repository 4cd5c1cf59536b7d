import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { until } from '../../test/support/patience.ts'
import { hour, second, visitor, withVisitors } from '../../test/support/reception-place.ts'
import type { TicketChange } from './gate.ts'
import { startTelling } from './telling.ts'

/** A place with two visitors, and all that its gate is told. */
async function told(t: TestContext) {
  const place = await withVisitors(t, 2)
  const heard: TicketChange[] = []
  const { db, site, clock, today } = place
  const telling = startTelling({
    ...{ db, site, clock, today },
    gate: {
      async tell(changes) {
        heard.push(...changes)
        return changes.map(({ id }) => ({ id, status: 'accepted' as const }))
      },
    },
    cancel: async () => {},
    changed: () => {},
    logger: pino({ level: 'silent' }),
  })
  t.after(() => telling.close())
  const heardOf = (n: number, status: string) =>
    until(`${n} is ${status}`, () => {
      telling.soon()
      return heard.some(change => change.id === visitor(n) && change.status === status)
    })
  return { ...place, heard, heardOf }
}

test('N79: what ended before the clock was set back is told now, and not when that time comes again', async t => {
  const { call, act, pass, heardOf } = await told(t)
  await call('room-1', 1)
  await heardOf(1, 'called')
  await act('end', { arrival: visitor(1), as: 'done' })
  pass(-2 * hour)
  await heardOf(1, 'done')
})

test('an end is told once it cannot be taken back any more', async t => {
  const { call, act, pass, heard, heardOf } = await told(t)
  await call('room-1', 1)
  await heardOf(1, 'called')
  await act('end', { arrival: visitor(1), as: 'done' })
  await call('room-1', 2)
  await heardOf(2, 'called')
  assert.ok(!heard.some(({ status }) => status === 'done'))
  pass(11 * second)
  await heardOf(1, 'done')
})
