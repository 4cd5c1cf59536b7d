import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { localBus } from '../bus/local.ts'
import { advance, observe } from '../protocol/sign-in.ts'
import { createSignInId } from '../protocol/sign-in-id.ts'
import { type Observed, type Step, unscanned } from '../protocol/sign-in-row.ts'
import type { SignIns } from '../store/sign-ins.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createDelivery } from './delivery.ts'

const timings = {
  pending: 300_000,
  scanned: 180_000,
  approved: 120_000,
  claimAgain: 120_000,
  visit: 600_000,
}
const phoneHash = 'hash of the phone'
const scan: Step = { type: 'scan', phoneHash, phoneKind: 'iphone' }
const approve: Step = {
  type: 'approve',
  method: 'password',
  epoch: 0,
  phoneHash,
  account: 'u1',
  amr: ['pwd'],
}
const deny: Step = { type: 'deny', phoneHash }

/**
 * A delivery over a real store and the real local bus, at a sign-in started `age` ago. Time passes
 * when the test says; SQLite in memory waits for nothing, so whatever a hint leads to has happened
 * once the event loop has turned.
 */
async function setUp(t: TestContext, age = 1_000) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const bus = localBus()
  let now = 1_800_000_000_000
  const clock = () => now
  const id = createSignInId(clock() - age, Buffer.alloc(10, 7))
  const signIns: SignIns = { ...store.signIns }
  let reads = 0
  signIns.read = id => {
    reads += 1
    return store.signIns.read(id)
  }
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const delivery = createDelivery({ bus, clock, onError })
  const read = async () =>
    observe((await signIns.read(id)) ?? unscanned(id, 101, true), clock(), timings)
  const told: Observed[] = []
  return {
    bus,
    clock,
    id,
    signIns,
    errors,
    told,
    states: () => told.map(({ state, seq }) => `${seq} ${state}`),
    reads: () => reads,
    /** The clock is set, and nobody waits for what was to come by the old one. */
    setClock: (ms: number) => {
      now += ms
      delivery.timeChanged()
    },
    watch: () => {
      const watch = delivery.watch<Observed>(id, read, signIn => told.push(signIn))
      t.after(watch.stop)
      return watch
    },
    /** One step in the store; the hint is up to the test. */
    take: (step: Step) =>
      store.signIns.update(id, old =>
        advance(old ?? unscanned(id, 101, true), step, clock(), timings),
      ),
    pass: async (ms: number) => {
      now += ms
      t.mock.timers.tick(ms)
      await turn()
    },
  }
}

test('whoever watches is told the present state, then every change, then nothing more', async t => {
  const { watch, states, take, bus, id, reads } = await setUp(t)
  const { first } = watch()
  await first
  assert.deepEqual(states(), ['0 pending'])
  for (const [count, step] of [scan, approve, { type: 'claim' } as const].entries()) {
    await take(step)
    bus.publish(id)
    await turn()
    assert.equal(states().length, count + 2)
  }
  assert.deepEqual(states(), ['0 pending', '1 scanned', '2 approved', '3 claimed'])
  const before = reads()
  await turn()
  assert.equal(reads(), before)
})

test('F06: whoever comes after the approval is told at once', async t => {
  const { watch, states, take } = await setUp(t)
  await take(scan)
  await take(approve)
  await watch().first
  assert.deepEqual(states(), ['2 approved'])
})

test('F08: doubled, late and reordered hints are told once per change', async t => {
  const { watch, states, take, bus, id } = await setUp(t)
  await watch().first
  for (let copy = 0; copy < 5; copy += 1) bus.publish(id)
  await take(scan)
  for (let copy = 0; copy < 5; copy += 1) bus.publish(id)
  await turn()
  assert.equal(states().length, 2)
  await take(approve)
  for (let copy = 0; copy < 5; copy += 1) {
    bus.publish(id)
    await turn()
  }
  await turn()
  assert.deepEqual(states(), ['0 pending', '1 scanned', '2 approved'])
})

test('F07: one hint makes up for all that were lost before it', async t => {
  const { watch, states, take, bus, id } = await setUp(t)
  await watch().first
  await take(scan)
  await take(approve)
  bus.publish(id)
  await turn()
  assert.deepEqual(states(), ['0 pending', '2 approved'])
})

test('the state at subscribing and the first change are never both missed', async t => {
  const { watch, states, take, bus, id } = await setUp(t)
  const { first } = watch()
  await take(scan)
  bus.publish(id)
  await first
  await turn()
  assert.equal(states().at(-1), '1 scanned')
})

test('F07: a hint is heard at whatever moment of a read it comes', async t => {
  const { watch, bus, clock, id, signIns, told } = await setUp(t)
  const { next } = advance(unscanned(id, 101, true), scan, clock(), timings)
  for (let at = -10; at <= 10; at += 1) {
    told.length = 0
    let reads = 0
    signIns.read = async () => {
      reads += 1
      if (reads > 1) return next
      // There is no row yet; the hint comes so many turns before or after the answer says so.
      const hint = microtasks(at).then(() => bus.publish(id))
      if (at < 0) await hint.then(() => microtasks(-at))
      return null
    }
    const { stop } = watch()
    await turn()
    assert.equal(told.at(-1)?.state, 'scanned', `the hint of turn ${at} was lost`)
    stop()
  }
})

test('a thousand hints in one moment cost few reads', async t => {
  const { watch, take, bus, id, states, reads } = await setUp(t)
  await watch().first
  await take(scan)
  const before = reads()
  for (let hint = 0; hint < 1_000; hint += 1) bus.publish(id)
  await turn()
  assert.equal(states().length, 2)
  assert.ok(reads() - before <= 3, `${reads() - before} reads`)
})

test('a pending sign-in runs out without anybody writing it down', async t => {
  const { watch, states, told, pass } = await setUp(t, timings.pending - 1)
  await watch().first
  assert.deepEqual(states(), ['0 pending'])
  // The deadline itself, and the moment after it at which the row is looked at again.
  await pass(2)
  assert.deepEqual(states(), ['0 pending', '1 expired'])
  assert.equal(told[1]?.reason, 'unscanned')
})

test('a final state ends the watch', async t => {
  const { watch, states, take, bus, id, reads } = await setUp(t)
  await watch().first
  await take(scan)
  await take(deny)
  bus.publish(id)
  await turn()
  assert.equal(states().at(-1), '2 denied')
  const before = reads()
  bus.publish(id)
  await turn()
  assert.equal(reads(), before)
})

test('a read that fails is reported and heals by itself', async t => {
  const { watch, signIns, errors, states, pass } = await setUp(t)
  const { read } = signIns
  signIns.read = () => Promise.reject(new Error('the database is away'))
  await watch().first
  assert.equal(errors.length, 1)
  signIns.read = read
  // It looks again after half a second to two.
  await pass(2_000)
  assert.deepEqual(states(), ['0 pending'])
})

test('a watch that is stopped tells nothing more, not even what is being read', async t => {
  const { watch, states, take, bus, id, reads } = await setUp(t)
  const early = watch()
  early.stop()
  await early.first
  assert.deepEqual(states(), [])
  const late = watch()
  await late.first
  late.stop()
  late.stop()
  const before = reads()
  await take(scan)
  bus.publish(id)
  await turn()
  assert.deepEqual(states(), ['0 pending'])
  assert.equal(reads(), before)
})

test('two who watch one sign-in are told each on their own', async t => {
  const { watch, states, take, bus, id } = await setUp(t)
  const gone = watch()
  await gone.first
  await watch().first
  gone.stop()
  await take(scan)
  bus.publish(id)
  await turn()
  assert.deepEqual(states(), ['0 pending', '0 pending', '1 scanned'])
})

/** So many turns of the queue in which promises settle; none for a number below one. */
async function microtasks(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await null
}

test('N87: what ran out while nobody looked is read at once, without a warning of Node’s', async t => {
  const warnings: Error[] = []
  const warn = (warning: Error) => warnings.push(warning)
  process.on('warning', warn)
  t.after(() => process.off('warning', warn))
  const bus = localBus()
  let now = 1_800_000_000_000
  const row = unscanned(createSignInId(now, Buffer.alloc(10, 7)), 101, true)
  const delivery = createDelivery({ bus, clock: () => now, onError: assert.fail })
  const read = async () => {
    const seen = observe(row, now, timings)
    // The clock is set forward between the look and the wait.
    now += 10 * timings.pending
    return seen
  }
  const told: string[] = []
  const watch = delivery.watch<Observed>(row.id, read, ({ state }) => told.push(state))
  t.after(watch.stop)
  while (told.length < 2) await turn()
  assert.deepEqual(told, ['pending', 'expired'])
  assert.deepEqual(warnings, [])
})

test('N79: where the clock was set, what has run out by it is told within ten seconds', async t => {
  const { watch, setClock, pass, states } = await setUp(t)
  const { first } = watch()
  await first
  assert.deepEqual(states(), ['0 pending'])
  setClock(timings.pending)
  await pass(10_000)
  assert.deepEqual(states(), ['0 pending', '1 expired'])
})

test('N79: where it was set back, nothing is told before it has run out', async t => {
  const { watch, take, setClock, pass, states } = await setUp(t)
  await take(scan)
  await watch().first
  setClock(-7_200_000)
  await pass(10_000)
  assert.deepEqual(states(), ['1 scanned'])
})
