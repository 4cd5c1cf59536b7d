import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createClock } from './clock.ts'

const hour = 3_600_000

/** A machine whose two clocks a test moves by hand. */
function machine() {
  let wall = 1_800_000_000_000
  let monotonic = 12_345.678
  const read = createClock(
    () => wall,
    () => monotonic,
  )
  return {
    read,
    jump: (by: number) => {
      wall += by
    },
    /** Lets time pass, with a look at the clock `every` so often. @param pace of the wall clock. */
    pass: (ms: number, { every = 1_000, pace = 1 } = {}) => {
      for (let left = ms; left > 0; left -= every) {
        const step = Math.min(every, left)
        wall += step * pace
        monotonic += step
        read()
      }
    },
  }
}

test('the clock begins at wall time and goes on with it, in whole milliseconds', () => {
  const { read, pass } = machine()
  assert.equal(read(), 1_800_000_000_000)
  pass(5_000)
  assert.equal(read(), 1_800_000_005_000)
  pass(0.7)
  assert.ok(Number.isInteger(read()))
})

for (const [name, by] of [
  ['forward', hour],
  ['back', -hour],
] as const) {
  test(`S013, F22: a jump ${name} of one hour neither expires nor revives anything`, () => {
    const { read, jump, pass } = machine()
    const before = read()
    jump(by)
    assert.equal(read(), before)
    pass(59_000)
    assert.equal(read(), before + 59_000)
    jump(-by)
    pass(hour)
    assert.equal(read(), before + 59_000 + hour)
  })

  test(`F22: a change ${name} that has lasted 60 s is followed`, () => {
    const { read, jump, pass } = machine()
    const before = read()
    jump(by)
    pass(62_000)
    assert.equal(read(), before + by + 62_000)
    pass(5_000)
    assert.equal(read(), before + by + 67_000)
  })
}

test('F22: a jump that is taken back starts its 60 s anew the next time', () => {
  const { read, jump, pass } = machine()
  const before = read()
  for (let round = 0; round < 5; round += 1) {
    jump(hour)
    pass(40_000)
    jump(-hour)
    pass(10_000)
  }
  assert.equal(read(), before + 250_000)
})

test('F22: a second jump to another time starts the 60 s anew', () => {
  const { read, jump, pass } = machine()
  const before = read()
  jump(hour)
  pass(50_000)
  jump(hour)
  pass(50_000)
  assert.equal(read(), before + 100_000)
  pass(12_000)
  assert.equal(read(), before + 112_000 + 2 * hour)
})

test('the slow drift of a clock that is being set is followed at once', () => {
  const { read, pass } = machine()
  const before = read()
  // NTP slews by 500 ppm at the most (adjtimex(2)).
  pass(hour, { pace: 1.0005 })
  assert.ok(Math.abs(read() - (before + hour * 1.0005)) <= 2)
})

test('F22: a wall clock that runs ten times too fast is not taken for drift', () => {
  const { read, pass } = machine()
  const before = read()
  pass(20_000, { every: 10, pace: 11 })
  const passed = read() - before
  assert.ok(passed >= 20_000 && passed < 22_000, `${passed} ms`)
})

test('S013: the clock never runs backwards while no change has lasted 60 s', () => {
  const move = fc.record({
    pass: fc.integer({ min: 0, max: 2_000 }),
    jump: fc.oneof(fc.integer({ min: -700, max: 700 }), fc.constantFrom(-hour, hour, 0)),
  })
  fc.assert(
    fc.property(fc.array(move, { maxLength: 25 }), moves => {
      const { read, jump, pass } = machine()
      let last = read()
      for (const step of moves) {
        jump(step.jump)
        pass(step.pass)
        const now = read()
        assert.ok(now >= last)
        last = now
      }
    }),
  )
})
