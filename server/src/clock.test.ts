import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ClockStep, createClock, isSettled } from './clock.ts'

const hour = 3_600_000

/** A machine whose two clocks a test moves by hand. */
function machine() {
  let wall = 1_800_000_000_000
  let monotonic = 12_345.678
  const steps: string[] = []
  const read = createClock({
    wall: () => wall,
    monotonic: () => monotonic,
    onStep: ({ by }, what) => steps.push(`${what} ${by}`),
  })
  return {
    read,
    /** What was told of steps, in its order. */
    steps,
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

test('F22: a step of the machine is told when it is noticed and when it is followed, and for a minute after', () => {
  const { read, jump, pass, steps } = machine()
  const seen = () => {
    const { whose, by, isFollowed } = read.step() as ClockStep
    return { whose, by, isFollowed }
  }
  assert.equal(read.step(), null)
  jump(2 * hour)
  assert.deepEqual(seen(), { whose: 'machine', by: 2 * hour, isFollowed: false })
  pass(59_000)
  assert.deepEqual(steps, ['noticed 7200000'])
  pass(1_000)
  assert.deepEqual(seen(), { whose: 'machine', by: 2 * hour, isFollowed: true })
  assert.deepEqual(steps, ['noticed 7200000', 'followed 7200000'])
  pass(60_000)
  assert.equal(read.step(), null)
})

test('F22: a step that is taken back is told as over, once', () => {
  const { read, jump, pass, steps } = machine()
  jump(-hour)
  pass(10_000)
  jump(hour)
  pass(10_000)
  assert.equal(read.step(), null)
  assert.deepEqual(steps, ['noticed -3600000', 'over -3600000'])
})

test('F22: while a step is doubted the earliest time is the one that nobody will miss', () => {
  const { read, jump, pass } = machine()
  const before = read()
  jump(hour)
  assert.equal(read.earliest(), before)
  jump(-2 * hour)
  assert.equal(read.earliest(), before - hour)
  assert.equal(read(), before)
  jump(hour)
  pass(1_000)
  assert.equal(read.earliest(), read())
})

test('N79: ages are real once the clock has gone on for an hour without a step', () => {
  const { read, jump, pass } = machine()
  pass(hour - 1)
  assert.equal(isSettled(read), false)
  pass(1)
  assert.equal(isSettled(read), true)
  // What is doubted changes nothing yet.
  jump(24 * hour)
  pass(59_000)
  assert.equal(isSettled(read), true)
  pass(2_000)
  assert.equal(isSettled(read), false)
  pass(hour)
  assert.equal(isSettled(read), true)
})

test('F22: a process that was stopped between two looks at its clocks has seen no step', () => {
  let ticks = [1_000, 2_000, 2_000, 2_000]
  const told: ClockStep[] = []
  const read = createClock({
    wall: () => 0,
    monotonic: () => ticks.shift() ?? 2_000,
    onStep: step => told.push(step),
  })
  ticks = [1_000, 9_000]
  read()
  assert.deepEqual(told, [])
})

/** A node that follows a database, asked every ten seconds; the machine's own clock is wrong by a day. */
function follower() {
  const node = machine()
  const { read, pass, jump } = node
  let ahead = 0
  const right = read()
  let passed = 0
  const ask = () => read.follow(right + passed + ahead)
  jump(24 * hour)
  ask()
  return {
    ...node,
    /** What it says is by so much more than it should be. */
    wrong: () => read() - right - passed,
    step: (by: number) => {
      ahead += by
    },
    pass: (ms: number) => {
      for (let left = ms; left > 0; left -= 10_000) {
        passed += Math.min(left, 10_000)
        pass(Math.min(left, 10_000))
        ask()
      }
    },
  }
}

for (const by of [5 / 60, -5 / 60, 2, -2].map(hours => hours * hour)) {
  test(`F22, N79: a step of the database's clock by ${by} ms is doubted for a minute, then followed`, () => {
    const node = follower()
    node.step(by)
    node.pass(60_000)
    assert.equal(node.wrong(), 0)
    assert.equal(node.read.step()?.whose, 'database')
    node.pass(10_000)
    assert.equal(node.wrong(), by)
    assert.equal(isSettled(node.read), false)
    assert.deepEqual(node.steps, [`noticed ${by}`, `followed ${by}`])
    // And back again.
    node.step(-by)
    node.pass(60_000)
    assert.equal(node.wrong(), by)
    node.pass(10_000)
    assert.equal(node.wrong(), 0)
  })

  test(`F22, N79: a step of the database's clock by ${by} ms that passes does nothing`, () => {
    const node = follower()
    node.step(by)
    node.pass(50_000)
    node.step(-by)
    node.pass(hour)
    assert.equal(node.wrong(), 0)
    assert.deepEqual(node.steps, [`noticed ${by}`, `over ${by}`])
    assert.equal(node.read.step(), null)
    assert.equal(isSettled(node.read), true)
  })
}

test("F22: small differences of the database's clock are followed smoothly, and never back", () => {
  const node = follower()
  let last = node.read()
  for (const by of [400, -300, 200, -450, 480]) {
    node.step(by)
    for (let seconds = 0; seconds < 3; seconds += 1) {
      node.pass(10_000)
      assert.ok(node.read() >= last)
      last = node.read()
    }
  }
  assert.deepEqual(node.steps, [])
  assert.ok(Math.abs(node.wrong() - 330) <= 1, `${node.wrong()} ms`)
})

test('the first answer of a database is followed at once, ahead or back', () => {
  for (const by of [2 * hour, -2 * hour]) {
    const { read } = machine()
    const before = read()
    read.follow(before + by)
    assert.equal(read(), before + by)
    assert.equal(read.step(), null)
  }
})

test('the time of an answer is that of its moment, however late it is dealt with', () => {
  const { read, pass } = machine()
  const before = read()
  pass(5_000)
  read.follow(before, 12_345.678)
  assert.equal(read(), before + 5_000)
})

test('N79: it says when it was set, by its own time, and not of a small step', () => {
  const { read, jump, pass } = machine()
  jump(30_000)
  pass(62_000)
  assert.equal(read.setAt(), 0)
  jump(-hour)
  pass(61_000)
  assert.equal(Math.floor(read.setAt()), read())
  pass(5_000)
  assert.equal(Math.floor(read.setAt()), read() - 5_000)
})
