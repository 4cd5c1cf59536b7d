import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { type Count, Counts, countOne } from './counts.ts'

const rule = { name: 'tries', points: 3, duration: 10 }
const at = 1_000

test('a window begins with the first count, and all of it ends at once', () => {
  let count = countOne(undefined, at, rule, 3).count
  assert.deepEqual(count, { used: 1, until: at + 10_000 })
  count = countOne(countOne(count, at + 9_000, rule, 3).count, at + 9_000, rule, 3).count
  assert.deepEqual(countOne(count, at + 9_999, rule, 3), { count, wait: 1 })
  const next = countOne(count, at + 10_000, rule, 3)
  assert.deepEqual(next, { count: { used: 1, until: at + 20_000 }, wait: 0 })
})

test('a share that is used up leaves the rest to others', () => {
  const counts = new Counts(rule, () => at)
  assert.equal(counts.take('hong', 1).wait, 0)
  assert.equal(counts.take('hong', 1).wait, 10_000)
  assert.deepEqual(
    [counts.take('hong').used, counts.take('hong').used, counts.take('hong').wait],
    [2, 3, 10_000],
  )
})

test('whatever comes in which order, no key has more in a window, and what is undone is free', () => {
  const event = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    pass: fc.integer({ min: 0, max: 4_000 }),
    undo: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), events => {
      let now = 0
      const counts = new Counts(rule, () => now)
      const counted: { key: string; at: number }[] = []
      for (const { key, pass, undo } of events) {
        now += pass
        const { wait, undo: takeBack } = counts.take(key)
        if (wait > 0) continue
        if (undo) takeBack()
        else counted.push({ key, at: now })
      }
      for (const { key, at } of counted) {
        const after = counted.filter(
          one => one.key === key && one.at >= at && one.at < at + rule.duration * 1000,
        )
        // Two windows may meet within one span of that length.
        assert.ok(after.length <= 2 * rule.points)
      }
    }),
  )
})

test('N06: refused tries and a flood of other keys make nobody forgotten who is over the limit', () => {
  let now = 0
  const counts = new Counts(rule, () => now, 100)
  for (let n = 0; n < 4; n += 1) counts.take('victim')
  for (let n = 0; n < 10_000; n += 1) counts.take(`key ${n}`)
  assert.ok(counts.take('victim').wait > 0)
  assert.ok(counts.size <= 100)
  now = 10_000
  assert.equal(counts.take('victim').wait, 0)
})

test('N06: a share that is used up is remembered like a limit', () => {
  const counts = new Counts({ ...rule, points: 100 }, () => 0, 100)
  counts.take('victim', 1)
  assert.ok(counts.take('victim', 1).wait > 0)
  for (let n = 0; n < 10_000; n += 1) counts.take(`key ${n}`)
  assert.ok(counts.take('victim', 1).wait > 0)
})

test('N06: a share that is used up is remembered, whatever those do who may have more', () => {
  const flooded = (before: (counts: Counts) => void) => {
    const counts = new Counts({ ...rule, points: 100 }, () => 0, 100)
    before(counts)
    for (let n = 0; n < 10_000; n += 1) counts.take(`key ${n}`)
    return counts.take('victim', 1).wait
  }
  assert.ok(flooded(counts => counts.take('victim', 1)) > 0)
  const refused = (counts: Counts) => {
    counts.take('victim', 1)
    counts.take('victim', 1)
  }
  const wrong = (counts: Counts) => {
    refused(counts)
    counts.take('victim')
  }
  const right = (counts: Counts) => {
    refused(counts)
    counts.take('victim').undo()
  }
  assert.ok(flooded(wrong) > 0)
  assert.ok(flooded(right) > 0)
})

test('N06: whatever comes in which order, a key is known to the last count once a share is used up', () => {
  const roomy = { ...rule, points: 100 }
  const event = fc.record({
    share: fc.integer({ min: 1, max: 4 }),
    pass: fc.constantFrom(0, 0, 1_000, 9_000),
    undo: fc.boolean(),
    flood: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), events => {
      let now = 0
      const counts = new Counts(roomy, () => now, 5)
      let known: { count: Count; usedUp: boolean } | undefined
      for (const [at, { share, pass, undo, flood }] of events.entries()) {
        now += pass
        const before = known
        const { count, wait } = countOne(before?.count, now, roomy, share)
        const same = before?.usedUp === true && before.count.until === count.until
        known = { count, usedUp: same || wait > 0 || count.used >= share }
        const counted = counts.take('victim', share)
        assert.deepEqual([counted.wait, counted.used], [wait, count.used])
        if (undo && wait === 0) {
          counted.undo()
          const left = { ...count, used: count.used - 1 }
          known = left.used > 0 ? { count: left, usedUp: same } : undefined
          // It was used up when it was counted, and is remembered until its window is over.
          if (known && count.used >= share) known.usedUp = true
        }
        if (!flood) continue
        for (let n = 0; n < 10; n += 1) counts.take(`key ${at} ${n}`)
        if (known?.usedUp === false) known = undefined
      }
    }),
  )
})

test('N06: where all are over their limit, whoever is new shares one count', () => {
  let now = 0
  const counts = new Counts({ ...rule, points: 1 }, () => now, 10)
  for (let n = 0; n < 9; n += 1) assert.equal(counts.take(`key ${n}`).wait, 0)
  assert.equal(counts.take('tenth').wait, 0)
  assert.equal(counts.take('eleventh').wait, 0)
  assert.ok(counts.take('twelfth').wait > 0)
  assert.ok(counts.size <= 11)
  now = 10_000
  assert.equal(counts.take('twelfth').wait, 0)
})

test('N06: whoever is new shares as many as anybody has, however many of them come', () => {
  const counts = new Counts(rule, () => 0, 10)
  for (let n = 0; n < 30; n += 1) counts.take(`key ${Math.floor(n / 3)}`)
  const newcomers = Array.from({ length: 20 }, (_, n) => counts.take(`newcomer ${n}`))
  assert.equal(newcomers.filter(({ wait }) => wait === 0).length, rule.points)
  newcomers[1]?.undo()
  assert.equal(counts.take('another').wait, 0)
})

test('N06: where whoever is counted could come under a new name, one used up goes for one that is new', () => {
  const counts = new Counts({ ...rule, points: 1, renewable: true }, () => 0, 10)
  for (let n = 0; n < 10; n += 1) assert.equal(counts.take(`key ${n}`).wait, 0)
  assert.ok(counts.take('key 0').wait > 0, 'it is known for as long as there is room')
  for (let n = 10; n < 10_000; n += 1) {
    assert.equal(counts.take(`key ${n}`).wait, 0)
    assert.ok(counts.take(`key ${n}`).wait > 0)
  }
  assert.equal(counts.size, 10)
})

test('N06: as many keys as there is room for take less than 10 MB', () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  const before = process.memoryUsage().heapUsed
  const counts = new Counts(rule, () => 0)
  for (let n = 0; n < 200_000; n += 1) counts.take(`account of forty-three characters ${n}`)
  collect()
  const grown = process.memoryUsage().heapUsed - before
  assert.ok(counts.size > 10_000 && grown < 10_000_000, `${counts.size} keys take ${grown} bytes`)
})
