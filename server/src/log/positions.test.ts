import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Positions, type Span } from './positions.ts'

const most = 40
const span = fc
  .tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 0, max: 9 }))
  .map(([from, more]): Span => [from, from + more])
const someSpans = fc.array(span, { maxLength: 20 })

function positionsOf(spans: readonly Span[]): Positions {
  const positions = new Positions()
  for (const [from, to] of spans) positions.add(from, to)
  return positions
}

function setOf(spans: readonly Span[]): Set<number> {
  return new Set(
    spans.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, n) => from + n)),
  )
}

const inOrder = (set: ReadonlySet<number>) => [...set].toSorted((a, b) => a - b)

/** Sorted, and with at least one position between any two. */
function assertApart(spans: readonly Span[]): void {
  for (const [index, [from, to]] of spans.entries()) {
    assert.ok(from <= to)
    const before = spans[index - 1]
    assert.ok(!before || before[1] + 1 < from, `${before} and ${from}-${to} are one span`)
  }
}

test('positions are the same set, in whatever order and however often they are added', () => {
  fc.assert(
    fc.property(someSpans, spans => {
      const positions = positionsOf(spans)
      assert.deepEqual(inOrder(setOf(positions.spans)), inOrder(setOf(spans)))
      assertApart(positions.spans)
      assert.equal(positions.count, setOf(spans).size)
    }),
  )
})

test('positions without others are the difference of the sets', () => {
  fc.assert(
    fc.property(someSpans, someSpans, (some, others) => {
      const left = positionsOf(some).without(positionsOf(others))
      const taken = setOf(others)
      const expected = inOrder(setOf(some)).filter(position => !taken.has(position))
      assert.deepEqual(inOrder(setOf(left)), expected)
      assertApart(left)
    }),
    { numRuns: 1_000 },
  )
})

test('looking at positions does not change them', () => {
  fc.assert(
    fc.property(someSpans, someSpans, (some, others) => {
      const [one, other] = [positionsOf(some), positionsOf(others)]
      const first = one.without(other)
      assert.deepEqual(one.without(other), first)
      assert.deepEqual(other.spans, positionsOf(others).spans)
    }),
  )
})

test('a million positions in a row are one span', () => {
  const positions = new Positions()
  for (let position = 1; position <= 1_000_000; position += 1) positions.add(position)
  assert.deepEqual(positions.spans, [[1, 1_000_000]])
  assert.equal(positions.count, 1_000_000)
  assert.deepEqual(positions.without(positionsOf([[500, 999_999]])), [
    [1, 499],
    [1_000_000, 1_000_000],
  ])
})
