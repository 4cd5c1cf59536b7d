import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPlace, type Place, visitor, withVisitors } from '../../test/support/reception-place.ts'
import { ticketsNow } from './tickets.ts'
import { receive } from './webhook.ts'

const kiosk = { number: 100, name: { ko: '1층', en: 'Ground floor' } }

/** What the gate sends, and what reception answers to it. */
async function tell(place: Place, type: string, n: number, service = 'exam') {
  const { queue, today, clock } = place
  const ticketOf = async (row: Awaited<ReturnType<Place['row']>>) =>
    (await ticketsNow(place, today(), clock()))(row)
  const data = { id: visitor(n), service, kiosk, claims: { sub: 's', masked_name: '홍*동' } }
  const message = { type, timestamp: '2026-11-30T01:00:00Z', data }
  return receive({ queue, ticketOf }, message, visitor(n))
}

const { entries } = Object

test('F32: the same id has the same number for ever: also when they are called, sent on, or done', async t => {
  const moves = {
    waiting: async () => {},
    called: (place: Place) => place.call('room-1', 1),
    'sent on': (place: Place) => place.act('pass', { arrival: visitor(1), service: 'pay' }),
    done: async (place: Place) => {
      await place.call('room-1', 1)
      await place.act('end', { arrival: visitor(1), as: 'done' })
    },
    'not there': async (place: Place) => {
      await place.call('room-1', 1)
      await place.act('end', { arrival: visitor(1), as: 'no_show' })
    },
  }
  for (const [name, move] of entries(moves)) {
    const place = openPlace(t)
    const first = await tell(place, 'hand_off.requested', 1)
    await move(place)
    const again = await tell(place, 'hand_off.requested', 1)
    assert.deepEqual([again.status, again.number], ['accepted', first.number], name)
    assert.equal((await place.rows()).length, 1)
  }
})

test('a cancellation that overtakes its request: no number is answered, and nobody waits', async t => {
  const place = openPlace(t)
  assert.deepEqual(await tell(place, 'hand_off.cancelled', 1), {})
  assert.equal((await tell(place, 'hand_off.requested', 1)).status, 'refused')
  assert.deepEqual(await place.line(), [])
  assert.deepEqual(await tell(place, 'hand_off.cancelled', 1), {})
})

test('a service that is not offered is refused; its cancellation is heard', async t => {
  const place = openPlace(t)
  const { status, text } = await tell(place, 'hand_off.requested', 1, 'none')
  assert.equal(status, 'refused')
  assert.ok(text?.ko && text.en)
  assert.deepEqual(await tell(place, 'hand_off.cancelled', 1, 'none'), {})
  assert.equal((await place.rows()).length, 0)
})

test('what is not known is heard and changes nothing', async t => {
  const place = await withVisitors(t, 1)
  const before = await place.rows()
  for (const type of ['visit.ended', 'sign_in.claimed', 'report.not_me', 'log.checkpoint', 'new']) {
    assert.deepEqual(await tell(place, type, 1), {})
  }
  assert.deepEqual(await place.rows(), before)
})
