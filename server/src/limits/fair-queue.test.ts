import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FairQueue, type Work } from './fair-queue.ts'

interface Named extends Work {
  name: string
}

const work = (name: string, kiosk = 'k1', network = 'n1', cost = 10): Named => ({
  name,
  cost,
  shares: [kiosk, network, name.split('.')[0] ?? ''],
})

function names(queue: FairQueue<Named>): string[] {
  const order: string[] = []
  for (let next = queue.next(0); next; next = queue.next(0)) order.push(next.name)
  return order
}

test('among equals, whoever comes first is first', () => {
  const queue = new FairQueue<Named>({ room: 100, mostOfOne: 2 })
  for (const name of ['a', 'b', 'c']) assert.deepEqual(queue.offer(work(name), 0), [])
  assert.equal(queue.expected, 30)
  assert.deepEqual(names(queue), ['a', 'b', 'c'])
  assert.equal(queue.expected, 0)
  assert.equal(queue.next(0), undefined)
})

test('N03: two pieces wait for one sign-in, and no third', () => {
  const queue = new FairQueue<Named>({ room: 1_000, mostOfOne: 2 })
  const third = work('a.3')
  for (const name of ['a.1', 'a.2']) assert.deepEqual(queue.offer(work(name), 0), [])
  assert.deepEqual(queue.offer(third, 0), [third])
  queue.next(0)
  assert.deepEqual(queue.offer(third, 0), [])
})

test('N03: two pieces wait for one sign-in, however many networks ask for it', () => {
  const queue = new FairQueue<Named>({ room: 1_000, mostOfOne: 2 })
  const asked = Array.from({ length: 10 }, (_, n) => work('a', 'k1', `n${n}`))
  const refused = asked.filter(one => queue.offer(one, 0).includes(one))
  assert.equal(refused.length, 8)
  assert.deepEqual(queue.offer(work('b', 'k1', 'n1'), 0), [])
})

test('N03: kiosks take turns, then the networks at one, then the sign-ins of one', () => {
  const queue = new FairQueue<Named>({ room: 1_000, mostOfOne: 2 })
  for (let n = 0; n < 20; n += 1) queue.offer(work(`flood${n}`), 0)
  queue.offer(work('same place'), 0)
  queue.offer(work('same kiosk', 'k1', 'n2'), 0)
  queue.offer(work('elsewhere', 'k2'), 0)
  const order = names(queue)
  assert.ok(order.indexOf('elsewhere') <= 1, `${order}`)
  assert.ok(order.indexOf('same kiosk') <= 2, `${order}`)
})

test('N02: where there is no room, whoever uses most goes, and the newest of theirs', () => {
  const queue = new FairQueue<Named>({ room: 30, mostOfOne: 2 })
  for (const name of ['a.1', 'a.2', 'b']) queue.offer(work(name), 0)
  const [gone] = queue.offer(work('c'), 0)
  assert.equal(gone?.name, 'a.2')
  const [, more] = [queue.offer(work('d'), 0), queue.length]
  assert.equal(more, 3)
  assert.deepEqual(names(queue).includes('d'), false, 'd uses as much as the others and came last')
})

test('what has been used counts for a while, and then less and less', () => {
  const queue = new FairQueue<Named>({ room: 1_000, mostOfOne: 2 })
  queue.offer(work('a.1', 'k1', 'n1', 100), 0)
  queue.next(0)
  queue.offer(work('a.2'), 0)
  queue.offer(work('b'), 0)
  assert.equal(queue.next(1_000)?.name, 'b')
  queue.next(1_000)
  queue.offer(work('b.2'), 3_600_000)
  queue.offer(work('a.3'), 3_600_000)
  assert.equal(queue.next(3_600_000)?.name, 'b.2')
})

test('what is longer than all the room may wait alone, and pushes nobody out in vain', () => {
  const queue = new FairQueue<Named>({ room: 30, mostOfOne: 2 })
  assert.deepEqual(queue.offer(work('long', 'k1', 'n1', 100), 0), [])
  assert.equal(queue.next(0)?.name, 'long')
  for (const name of ['a', 'b']) queue.offer(work(name, 'k2'), 0)
  const long = work('long.2', 'k1', 'n1', 100)
  assert.deepEqual(queue.offer(long, 0), [long])
  assert.deepEqual(names(queue), ['a', 'b'])
})

test('N02: whatever comes, the room is kept, everybody is told, and a newcomer of a quiet kiosk gets in', () => {
  const offered = fc.record({
    kiosk: fc.constantFrom('k1', 'k2', 'k3'),
    network: fc.constantFrom('n1', 'n2'),
    signIn: fc.integer({ min: 0, max: 50 }),
    cost: fc.constantFrom(12, 213),
    take: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(offered, { maxLength: 80 }), all => {
      const queue = new FairQueue<Named>({ room: 3_000, mostOfOne: 2 })
      let inside = 0
      for (const [n, { kiosk, network, signIn, cost, take }] of all.entries()) {
        const gone = queue.offer({ name: `${n}`, cost, shares: [kiosk, network, `${signIn}`] }, n)
        inside += 1 - gone.length
        if (take && queue.next(n)) inside -= 1
        assert.ok(queue.expected <= 3_000 || queue.length === 1)
        assert.equal(queue.length, inside)
      }
      const newcomer = work('newcomer', 'quiet', 'n1', 213)
      assert.ok(!queue.offer(newcomer, all.length).includes(newcomer))
      const first = Array.from({ length: 4 }, () => queue.next(all.length))
      assert.ok(first.includes(newcomer), 'each of the other three kiosks has one before it')
    }),
  )
})
