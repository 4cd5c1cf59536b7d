import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mostStreams } from '../../reception/src/live.ts'
import { until } from '../support/patience.ts'
import { startReceptionServer } from '../support/reception-server.ts'

test('N07: as many boards as there may be keep no desk from what it needs, and one more is refused', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  const boards = await Promise.all(
    Array.from({ length: mostStreams }, () => reception.listen('/board/live')),
  )
  assert.deepEqual([...new Set(boards.map(({ status }) => status))], [200])
  const { status, code, whole } = await reception.ask('GET', '/board/live')
  assert.equal(`${status} ${code}`, '503 busy', whole)

  const desk = await reception.listen('/desk/live', cookie)
  assert.equal(desk.status, 200)
  const arrival = await reception.arrives()
  await until('the desk hears of them', () => desk.text.includes(arrival))
  assert.equal((await reception.act(cookie, 'call', { desk: 'room-1', arrival })).status, 200)
  for (const board of boards) {
    await until('each board has the call', () => board.text.includes('"number":"A-001"'))
  }

  boards[0]?.leave()
  await until(
    'its place is free',
    async () => (await reception.ask('GET', '/board/live')).status === 200,
  )
})

test('asking only for the head of a stream takes no place', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  for (const path of ['/board/live', '/desk/live']) {
    assert.equal((await reception.ask('HEAD', path, { cookie })).status, 404)
  }
})

test('a stream that ends leaves no connection behind that reception would wait for as it stops', async t => {
  const reception = await startReceptionServer(t)
  assert.match((await reception.ask('GET', '/board/live')).whole, /^connection\nclose$/im)
})
