import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  both,
  minute,
  openPlace,
  type Place,
  visitor,
  withVisitors,
} from '../../test/support/reception-place.ts'
import { difference, type Ticket, ticketsNow, unsure } from './tickets.ts'

async function ticketOf(place: Place, n: number): Promise<Ticket | undefined> {
  return (await ticketsNow(place, place.today(), place.clock()))(await place.row(n))
}

test('ahead is who comes before at the desks that serve it, also for another service', async t => {
  const place = openPlace(t)
  // Room 2 sees patients and makes tests: the two wait for one desk. The cashier's line is another.
  for (const [index, service] of ['exam', 'test', 'pay', 'exam', 'test', 'pay'].entries()) {
    await place.come(index + 1, service)
  }
  const ahead = async () => {
    const tickets = [1, 2, 3, 4, 5, 6].map(async n => (await ticketOf(place, n))?.ahead)
    return Promise.all(tickets)
  }
  assert.deepEqual(await ahead(), [0, 1, 0, 2, 3, 1])
  await place.call('room-1', 1)
  assert.deepEqual(await ahead(), [undefined, 0, 0, 1, 2, 1])
  await place.queue.cancel(visitor(2))
  assert.deepEqual(await ahead(), [undefined, undefined, 0, 0, 1, 1])
  await place.act('back', { arrival: visitor(1) })
  assert.deepEqual(await ahead(), [2, undefined, 0, 0, 1, 1])
  await place.act('pass', { arrival: visitor(4), service: 'pay' })
  assert.deepEqual(await ahead(), [1, undefined, 0, 2, 0, 1])
})

test('a ticket says how it stands: who waits, who is called and where to, who is over', async t => {
  const place = await withVisitors(t, 1)
  await place.come(2, 'pay')
  const title = both('진료 접수', 'See a doctor')
  assert.deepEqual(await ticketOf(place, 1), {
    ...{ status: 'accepted', number: 'A-001', title, ahead: 0 },
  })
  // There is one cashier: it is known already where to go.
  assert.deepEqual((await ticketOf(place, 2))?.place, { name: both('수납 1번', 'Cashier 1') })
  await place.call('room-2', 1)
  const room = { name: both('2진료실', 'Room 2'), floor: both('2층', '2nd floor') }
  const called = { status: 'called', number: 'A-001', place: room }
  assert.deepEqual(await ticketOf(place, 1), called)
  await place.act('end', { arrival: visitor(1), as: 'done' })
  assert.deepEqual(await ticketOf(place, 1), { status: 'done', number: 'A-001' })
  await place.queue.cancel(visitor(2))
  assert.equal(await ticketOf(place, 2), undefined)
})

test('whoever is passed on keeps the number, and the ticket says where to now', async t => {
  const place = await withVisitors(t, 1)
  await place.act('pass', { arrival: visitor(1), service: 'pay' })
  const { number, title, place: where } = (await ticketOf(place, 1)) ?? {}
  assert.equal(number, 'A-001')
  assert.deepEqual(where, { name: both('수납 1번', 'Cashier 1') })
  assert.equal(title, undefined)
})

test('how long it takes is said where today’s pace is known, and not where it is not', async t => {
  const place = await withVisitors(t, 6)
  for (let n = 1; n <= 3; n += 1) {
    place.pass(4 * minute)
    await place.call('room-1', n)
  }
  assert.equal((await ticketOf(place, 6))?.wait_minutes, undefined)
  place.pass(4 * minute)
  await place.call('room-1', 4)
  assert.equal((await ticketOf(place, 5))?.wait_minutes, 4)
  assert.equal((await ticketOf(place, 6))?.wait_minutes, 8)
  // A line that stands still has no pace.
  place.pass(61 * minute)
  assert.equal((await ticketOf(place, 6))?.wait_minutes, undefined)
})

const title = both('수납', 'Pay')
const waits: Ticket = { status: 'accepted', number: 'A-001', title, ahead: 2, wait_minutes: 8 }
const told = JSON.stringify(waits)

test('what is told is what is another now; nothing, where nothing is', () => {
  assert.deepEqual(difference(waits, null), waits)
  assert.equal(difference(waits, told), undefined)
  assert.deepEqual(difference({ ...waits, ahead: 1 }, told), { ahead: 1 })
  assert.deepEqual(difference({ ...waits, title: both('진료', 'Doctor') }, told), {
    title: both('진료', 'Doctor'),
  })
})

test('what is on a ticket no more is taken off it with null', () => {
  const { wait_minutes, ahead, ...called } = waits
  assert.deepEqual(difference({ ...called, status: 'called' }, told), {
    ...{ status: 'called', ahead: null, wait_minutes: null },
  })
  assert.deepEqual(difference({ ...called, ahead: 2 } as Ticket, told), { wait_minutes: null })
  assert.equal(ahead, 2)
  assert.equal(wait_minutes, 8)
})

test('nothing is taken off a ticket that is over', () => {
  for (const status of ['done', 'no_show'] as const) {
    const over: Ticket = { status, number: 'A-001' }
    assert.deepEqual(difference(over, told), { status })
    assert.equal(difference(over, JSON.stringify(over)), undefined)
    assert.deepEqual(difference(over, null), over, 'it was never heard of')
  }
})

test('while it is not known what the gate has heard, all of it is told anew', () => {
  const called: Ticket = { status: 'called', number: 'A-001', title }
  const maybe = unsure(called, told)
  // Whether it has heard of the call or not, this makes it right.
  assert.deepEqual(difference(waits, maybe), waits)
  assert.deepEqual(difference(called, maybe), { ...called, ahead: null, wait_minutes: null })
  const done: Ticket = { status: 'done', number: 'A-001' }
  assert.deepEqual(difference(done, maybe), done)
  assert.deepEqual(difference(waits, unsure(waits, null)), waits)
})
