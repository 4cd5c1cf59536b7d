import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  hour,
  minute,
  openPlace,
  refused,
  second,
  site,
  start,
  visitor,
  withVisitors,
} from '../../test/support/reception-place.ts'

test('numbers count by letter and day; the same id has the same number for ever', async t => {
  const place = openPlace(t)
  const { db, queue } = place
  const first = await place.come(1, 'exam', '홍*동')
  assert.deepEqual([first.letter, first.number, first.day], ['A', 1, '2026-11-30'])
  assert.equal((await place.come(2, 'pay')).number, 1)
  assert.equal((await place.come(3)).number, 2)
  assert.deepEqual({ ...(await place.come(1)) }, first)
  // Also at the same time, and after a restart.
  const [once, twice] = await Promise.all([place.come(4), place.come(4)])
  assert.deepEqual({ ...once }, { ...twice })
  const again = place.reopened()
  const comer = { id: visitor(1), service: 'exam', name: null, external_id: null }
  assert.deepEqual({ ...(await again.receive(comer)) }, first)
  assert.equal((await place.rows()).length, 4)
  // The next day each letter begins anew; whoever came yesterday keeps the number.
  place.pass(24 * hour)
  assert.deepEqual({ ...(await place.come(1)) }, first)
  assert.equal((await place.come(5)).number, 1)
  assert.equal((await place.come(6, 'pay')).number, 1)
  await assert.rejects(
    queue.receive({ ...comer, id: visitor(7), service: 'none' }),
    refused('not_found'),
  )
  const count = db.selectFrom('arrivals').select(({ fn }) => fn.countAll<number>().as('count'))
  assert.equal((await count.executeTakeFirstOrThrow()).count, 6)
})

test('a hundred who come at once have a hundred numbers, without a gap', async t => {
  const place = openPlace(t)
  const rows = await Promise.all(Array.from({ length: 100 }, (_, n) => place.come(n)))
  const numbers = rows.map(({ number }) => number).toSorted((a, b) => a - b)
  assert.deepEqual(
    numbers,
    Array.from({ length: 100 }, (_, index) => index + 1),
  )
})

test('a number stands, and its cancellation is heard, when its service is offered no more', async t => {
  const place = await withVisitors(t, 1)
  const services = site.services.filter(({ id }) => id !== 'exam')
  const later = place.reopened({ ...site, services })
  const comer = { id: visitor(1), service: 'exam', name: null, external_id: null }
  assert.equal((await later.receive(comer)).number, 1)
  await assert.rejects(later.receive({ ...comer, id: visitor(2) }), refused('not_found'))
  await later.cancel(visitor(1))
  assert.deepEqual(await place.line(), [])
})

test('a call: whoever was there is done, and whoever is called is there', async t => {
  const place = await withVisitors(t, 3)
  await place.call('room-1', 1)
  place.pass(minute)
  const { arrival } = await place.call('room-1', 2)
  assert.deepEqual([arrival?.state, arrival?.desk], ['called', 'room-1'])
  const before = await place.row(1)
  assert.deepEqual([before.state, before.desk, before.ended_at], ['done', null, place.clock()])
  assert.deepEqual(await place.line(), ['A3'])
  assert.deepEqual(
    (await place.calls()).map(({ arrival, desk, service, day }) => [arrival, desk, service, day]),
    [1, 2].map(n => [visitor(n), 'room-1', 'exam', '2026-11-30']),
  )
  await assert.rejects(place.call('room-9', 3), refused('not_found'))
  await assert.rejects(place.call('room-1', 9), refused('not_found'))
  await assert.rejects(place.call('room-1', 1), refused('taken'))
})

test('a call that is made again, as its answer was lost, is one call', async t => {
  const place = await withVisitors(t, 2)
  const { arrival } = await place.call('room-1', 1)
  place.pass(second)
  const again = await place.call('room-1', 1)
  assert.deepEqual({ ...again.arrival }, arrival)
  assert.equal(again.undo, undefined)
  assert.equal((await place.calls()).length, 1)
})

test('whatever changes for somebody with a phone is to be told to the gate', async t => {
  const place = await withVisitors(t, 3)
  await place.act('walk-in', { id: visitor(4), service: 'exam' })
  const arrival = visitor(1)
  const moves: (() => Promise<unknown>)[] = [
    () => place.call('room-1', 1),
    () => place.act('back', { arrival }),
    () => place.act('pass', { arrival, service: 'pay' }),
    () => place.call('pay-1', 1),
    () => place.act('end', { arrival, as: 'done' }),
  ]
  for (const move of moves) {
    await place.db.updateTable('arrivals').set({ unsettled: 0 }).execute()
    await move()
    const unsettled = (await place.rows()).filter(row => row.unsettled === 1)
    assert.deepEqual(
      unsettled.map(({ id }) => id),
      [arrival],
    )
  }
  // Of a walk-in the gate knows nothing.
  await place.call('room-1', 4)
  assert.equal((await place.row(4)).unsettled, 0)
})

test('two desks call one visitor at once: one gets them, the other hears so', async t => {
  const place = await withVisitors(t, 20)
  for (let n = 1; n <= 20; n += 1) {
    const order = n % 2 ? ['room-1', 'room-2'] : ['room-2', 'room-1']
    const tried = await Promise.allSettled(order.map(desk => place.call(desk, n)))
    const got = tried.filter(({ status }) => status === 'fulfilled')
    assert.equal(got.length, 1)
    const lost = tried.find(one => one.status === 'rejected')
    assert.ok(refused('taken')(lost?.reason))
    const rows = (await place.rows()).filter(({ state }) => state === 'called')
    assert.equal(rows.filter(({ id }) => id === visitor(n)).length, 1)
  }
  assert.equal((await place.calls()).length, 20)
})

test('two desks that call whoever is next, until nobody waits: each visitor is called once', async t => {
  const place = await withVisitors(t, 30)
  const called: string[] = []
  const desk = async (id: string) => {
    for (;;) {
      const next = (await place.rows()).find(({ state }) => state === 'waiting')
      if (!next) return
      const done = await place.act('call', { desk: id, arrival: next.id }).catch(() => undefined)
      if (done) called.push(next.id)
    }
  }
  await Promise.all([desk('room-1'), desk('room-2')])
  assert.equal(called.length, 30)
  assert.equal(new Set(called).size, 30)
  assert.equal((await place.calls()).length, 30)
  const states = new Set((await place.rows()).map(({ state }) => state))
  assert.deepEqual(states, new Set(['called', 'done']))
})

test('recall, done and no-show are for who has been called', async t => {
  const place = await withVisitors(t, 2)
  for (const [name, action] of [
    ['recall', { arrival: visitor(1) }],
    ['end', { arrival: visitor(1), as: 'done' }],
    ['back', { arrival: visitor(1) }],
  ] as const) {
    await assert.rejects(place.act(name, action as never), refused('taken'), name)
  }
  await place.call('room-1', 1)
  place.pass(minute)
  const { undo } = await place.act('recall', { arrival: visitor(1) })
  assert.equal(undo, undefined)
  const [call] = await place.calls()
  assert.deepEqual([call?.recalls, call?.rung_at], [1, place.clock()])
  assert.equal(call?.called_at, place.clock() - minute)
  const done = await place.act('end', { arrival: visitor(1), as: 'no_show' })
  const { state, desk, ended_at } = await place.row(1)
  assert.deepEqual([state, desk, ended_at], ['no_show', null, place.clock()])
  assert.equal(done.arrival?.state, 'no_show')
  await assert.rejects(
    place.act('end', { arrival: visitor(1), as: 'done' }),
    refused('taken'),
    'an end stands',
  )
})

test('back is behind the next two who wait, or behind all where fewer do', async t => {
  const lines = [[], ['A2'], ['A2', 'A3'], ['A2', 'A3', 'A4'], ['A2', 'A3', 'A4', 'A5']]
  for (const [others, line] of lines.entries()) {
    const place = await withVisitors(t, others + 1)
    await place.call('room-1', 1)
    place.pass(minute)
    const { arrival } = await place.act('back', { arrival: visitor(1) })
    assert.deepEqual([arrival?.state, arrival?.desk], ['waiting', null])
    assert.deepEqual(await place.line(), line.toSpliced(2, 0, 'A1'))
  }
})

test('back is behind the next two of the line, whatever they wait for', async t => {
  const place = await withVisitors(t, 1)
  for (const n of [2, 3, 4]) await place.come(n, 'test')
  await place.come(5, 'pay')
  await place.call('room-1', 1)
  await place.act('back', { arrival: visitor(1) })
  assert.deepEqual(await place.line(), ['B1', 'B2', 'A1', 'B3', 'C1'])
})

test('nobody is on the way any more who waits again, here or for another service', async t => {
  const place = await withVisitors(t, 1)
  for (const [name, action] of [
    ['back', { arrival: visitor(1) }],
    ['pass', { arrival: visitor(1), service: 'pay' }],
  ] as const) {
    await place.call('room-1', 1)
    await place.queue.coming(visitor(1))
    await place.act(name, action as never)
    assert.equal((await place.row(1)).coming, 0, name)
  }
})

test('whoever goes back again and again keeps the number, and nobody loses the turn', async t => {
  const place = await withVisitors(t, 5)
  for (let round = 0; round < 8; round += 1) {
    const [first] = await place.line()
    const n = Number(first?.slice(1))
    await place.call('room-1', n)
    place.pass(second)
    await place.act('back', { arrival: visitor(n) })
    const line = await place.line()
    assert.equal(line.indexOf(first ?? ''), 2)
    assert.deepEqual(line.toSorted(), ['A1', 'A2', 'A3', 'A4', 'A5'])
  }
})

test('pass keeps the number, and is behind all who wait for the other service', async t => {
  const place = await withVisitors(t, 1)
  await place.come(2, 'pay')
  await place.call('room-1', 1)
  place.pass(minute)
  const { arrival } = await place.act('pass', { arrival: visitor(1), service: 'pay' })
  assert.deepEqual([arrival?.letter, arrival?.number], ['A', 1])
  assert.deepEqual([arrival?.state, arrival?.service, arrival?.desk], ['waiting', 'pay', null])
  assert.equal(arrival?.waiting_since, place.clock())
  assert.equal(arrival?.came_at, start + second)
  assert.deepEqual(await place.line(), ['C1', 'A1'])
  // Nobody else is given it, neither of its letter nor of the other one.
  assert.equal((await place.come(3)).number, 2)
  assert.equal((await place.come(4, 'pay')).number, 2)
  await place.call('pay-1', 1)
  assert.equal((await place.row(1)).desk, 'pay-1')
  // Somebody who waits can be passed on, too.
  await place.act('pass', { arrival: visitor(4), service: 'test' })
  assert.equal((await place.row(4)).service, 'test')
  const nowhere = place.act('pass', { arrival: visitor(1), service: 'none' })
  await assert.rejects(nowhere, refused('not_found'))
  await place.act('end', { arrival: visitor(1), as: 'done' })
  const over = place.act('pass', { arrival: visitor(1), service: 'exam' })
  await assert.rejects(over, refused('taken'))
})

test('a walk-in is in the same queue; repeated with the same id, they are one', async t => {
  const place = await withVisitors(t, 1)
  const action = { id: visitor(2), service: 'exam', name: ' 김철수 ' }
  const { arrival } = await place.act('walk-in', action)
  assert.deepEqual([arrival?.number, arrival?.name, arrival?.walk_in], [2, '김철수', 1])
  const again = await place.act('walk-in', action)
  assert.deepEqual({ ...again.arrival }, arrival)
  assert.deepEqual(await place.line(), ['A1', 'A2'])
  assert.equal((await place.come(3)).number, 3)
  await place.act('walk-in', { id: visitor(4), service: 'pay', name: '  ' })
  assert.equal((await place.row(4)).name, null)
})

test('cancelled by the gate: out of the line, and at a desk until that goes on', async t => {
  const place = await withVisitors(t, 3)
  await place.queue.cancel(visitor(1))
  assert.deepEqual(await place.line(), ['A2', 'A3'])
  await place.call('room-1', 2)
  await place.queue.cancel(visitor(2))
  const seen = await place.row(2)
  assert.deepEqual([seen.state, seen.desk], ['cancelled', 'room-1'])
  await place.act('end', { arrival: visitor(2), as: 'done' })
  const after = await place.row(2)
  assert.deepEqual([after.state, after.desk], ['cancelled', null])
  // What is over is not cancelled any more.
  await place.call('room-1', 3)
  await place.act('end', { arrival: visitor(3), as: 'done' })
  await place.queue.cancel(visitor(3))
  assert.equal((await place.row(3)).state, 'done')
  await assert.rejects(place.queue.cancel(visitor(9)), refused('not_found'))
})

test('whoever was cancelled before they asked has no turn, and is not asked for again', async t => {
  const place = openPlace(t)
  const row = await place.come(1)
  await place.queue.cancel(row.id)
  assert.equal((await place.come(1)).state, 'cancelled')
  assert.deepEqual(await place.line(), [])
})

test('"on my way" is seen until the next call', async t => {
  const place = await withVisitors(t, 1)
  await place.queue.coming(visitor(1))
  assert.equal((await place.row(1)).coming, 1)
  await place.call('room-1', 1)
  assert.equal((await place.row(1)).coming, 0)
  await place.queue.coming(visitor(1))
  assert.equal((await place.row(1)).coming, 1)
  await place.act('end', { arrival: visitor(1), as: 'done' })
  await place.queue.coming(visitor(9))
})

test('nobody waits longer than 12 hours; names are gone when the day is, and the day after 90', async t => {
  const place = openPlace(t)
  const { queue } = place
  const names = async () => (await place.rows()).map(({ state, name }) => [state, name])
  await place.come(1, 'exam', '홍*동')
  await place.come(2, 'exam', '김*수')
  await place.call('room-1', 1)
  place.pass(hour)
  await place.act('end', { arrival: visitor(1), as: 'done' })
  place.pass(11 * hour - 2 * second)
  await queue.tidy()
  assert.deepEqual(await names(), [
    ['done', '홍*동'],
    ['waiting', '김*수'],
  ])
  place.pass(3 * second)
  await queue.tidy()
  assert.deepEqual(await names(), [
    ['done', '홍*동'],
    ['no_show', '김*수'],
  ])
  // 03:59 in Seoul, then 04:00.
  place.setClock(Date.parse('2026-11-30T18:59:59Z'))
  await queue.tidy()
  assert.equal((await names())[0]?.[1], '홍*동')
  place.pass(second)
  await queue.tidy()
  assert.deepEqual(await names(), [
    ['done', null],
    ['no_show', null],
  ])
  place.pass(89 * 24 * hour)
  await queue.tidy()
  assert.equal((await place.rows()).length, 2)
  place.pass(2 * 24 * hour)
  await queue.tidy()
  assert.equal((await place.rows()).length, 0)
  assert.equal((await place.calls()).length, 0)
})

test('what is done is shown: each move says that something is another now', async t => {
  const place = await withVisitors(t, 1)
  const before = place.changes()
  await place.call('room-1', 1)
  assert.equal(place.changes(), before + 1)
  await assert.rejects(place.call('room-2', 1))
  assert.equal(place.changes(), before + 1)
})
