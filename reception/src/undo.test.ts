import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  hour,
  minute,
  openPlace,
  type Place,
  refused,
  second,
  visitor,
  withVisitors,
} from '../../test/support/reception-place.ts'

async function undo(place: Place, done: { undo?: string }) {
  assert.ok(done.undo)
  return place.act('undo', { undo: done.undo })
}

test('a walk-in that is repeated once they were called is not taken back by undo', async t => {
  const place = openPlace(t)
  const action = { id: visitor(1), service: 'exam' }
  await place.act('walk-in', action)
  await place.call('room-1', 1)
  const { arrival, undo } = await place.act('walk-in', action)
  assert.equal(arrival?.state, 'called')
  assert.equal(undo, undefined)
})

test('every move is undone within 10 s: all is as it was before', async t => {
  const moves: Record<string, (place: Place) => Promise<{ undo?: string }>> = {
    call: place => place.call('room-1', 2),
    'call at an empty desk': place => place.call('room-2', 2),
    done: place => place.act('end', { arrival: visitor(1), as: 'done' }),
    'no-show': place => place.act('end', { arrival: visitor(1), as: 'no_show' }),
    back: place => place.act('back', { arrival: visitor(1) }),
    pass: place => place.act('pass', { arrival: visitor(1), service: 'pay' }),
  }
  for (const [name, move] of Object.entries(moves)) {
    const place = await withVisitors(t, 5)
    await place.call('room-1', 1)
    place.pass(minute)
    const plain = async () => {
      const rows = await place.rows()
      // A version rises, and what was changed is told to the gate anew.
      return rows.map(({ version, unsettled, ...row }) => row)
    }
    const before = { rows: await plain(), calls: await place.calls() }
    const done = await move(place)
    assert.notDeepEqual(await plain(), before.rows, name)
    place.pass(10 * second - 1)
    await undo(place, done)
    assert.deepEqual({ rows: await plain(), calls: await place.calls() }, before, name)
    assert.ok((await place.rows()).some(({ unsettled }) => unsettled === 1))
    await assert.rejects(undo(place, done), refused('undo_late'), `${name}, only once`)
  }
})

test('after 10 s nothing is undone, and neither is it after a restart', async t => {
  const place = await withVisitors(t, 2)
  const done = await place.call('room-1', 1)
  await assert.rejects(
    place.reopened().act('undo', { undo: done.undo ?? '' }),
    refused('undo_late'),
  )
  place.pass(10 * second)
  await assert.rejects(undo(place, done), refused('undo_late'))
  assert.equal((await place.row(1)).state, 'called')
  assert.equal((await place.calls()).length, 1)
})

test('nothing is undone once somebody has gone on from there, and nothing is half undone', async t => {
  const goOn: Record<string, (place: Place) => Promise<unknown>> = {
    'the desk has called the next one': place => place.call('room-1', 3),
    'they are done': place => place.act('end', { arrival: visitor(2), as: 'done' }),
    'they went back': place => place.act('back', { arrival: visitor(2) }),
    'they were passed on': place => place.act('pass', { arrival: visitor(2), service: 'pay' }),
    'the phone has cancelled': place => place.queue.cancel(visitor(2)),
  }
  for (const [name, move] of Object.entries(goOn)) {
    const place = await withVisitors(t, 3)
    await place.call('room-1', 1)
    const done = await place.call('room-1', 2)
    await move(place)
    const before = { rows: await place.rows(), calls: await place.calls() }
    await assert.rejects(undo(place, done), refused('undo_late'), name)
    assert.deepEqual({ rows: await place.rows(), calls: await place.calls() }, before, name)
  }
})

test('undo leaves what the gate was told as it was told', async t => {
  const place = await withVisitors(t, 1)
  const done = await place.call('room-1', 1)
  const told = JSON.stringify({ status: 'called' })
  await place.db.updateTable('arrivals').set({ told }).execute()
  await undo(place, done)
  assert.equal((await place.row(1)).told, told)
})

test('a walk-in that is undone is gone, and the number is not given again', async t => {
  const place = openPlace(t)
  const done = await place.act('walk-in', { id: visitor(1), service: 'exam' })
  await undo(place, done)
  assert.equal((await place.row(1)).state, 'cancelled')
  assert.deepEqual(await place.line(), [])
  assert.equal((await place.come(2)).number, 2)
})

test('a staff call is taken once, by whoever is first, and comes once however often it is told', async t => {
  const place = openPlace(t)
  const { db, queue } = place
  const waiting = async () => {
    const open = db.selectFrom('staff_calls').select('id').where('taken_at', 'is', null)
    return (await open.execute()).map(({ id }) => id)
  }
  await queue.staffCalled('a', '{}')
  await queue.staffCalled('a', '{}')
  assert.deepEqual(await waiting(), ['a'])
  const take = () => place.act('staff-call', { id: 'a' })
  const tried = await Promise.allSettled([take(), take()])
  assert.equal(tried.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.deepEqual(await waiting(), [])
  await queue.staffCalled('a', '{}')
  assert.deepEqual(await waiting(), [])
  const [got] = tried.flatMap(one => (one.status === 'fulfilled' ? one.value : []))
  await undo(place, got ?? {})
  assert.deepEqual(await waiting(), ['a'])
  // Taken by somebody else then, it is not given back by the same undo.
  await take()
  await assert.rejects(undo(place, got ?? {}), refused('undo_late'))
  assert.deepEqual(await waiting(), [])
})

test('a service is closed until the day is over, or opened again; undo takes back what was done', async t => {
  const place = openPlace(t)
  const { db } = place
  const closed = async () => {
    const rows = db.selectFrom('closed_services').select('service').where('day', '=', place.today())
    return (await rows.execute()).map(({ service }) => service)
  }
  const set = (isClosed: boolean) => place.act('service', { service: 'exam', closed: isClosed })
  const first = await set(true)
  assert.deepEqual(await closed(), ['exam'])
  // Somebody else says the same: there is nothing of theirs to take back.
  assert.equal((await set(true)).undo, undefined)
  await undo(place, first)
  assert.deepEqual(await closed(), [])
  await set(true)
  const opening = await set(false)
  assert.deepEqual(await closed(), [])
  await undo(place, opening)
  assert.deepEqual(await closed(), ['exam'])
  place.pass(24 * hour)
  assert.deepEqual(await closed(), [])
  const none = place.act('service', { service: 'none', closed: true })
  await assert.rejects(none, refused('not_found'))
})
