import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { Refusal } from '../errors.ts'
import { type Ticks, Turns } from './turns.ts'

/** Time that stands still between one thing that is due and the next. */
class SteppedTime implements Ticks {
  #now = 0
  readonly #due = new Set<{ at: number; run: () => void }>()

  now(): number {
    return this.#now
  }

  after(milliseconds: number, run: () => void): () => void {
    const one = { at: this.#now + milliseconds, run }
    this.#due.add(one)
    return () => this.#due.delete(one)
  }

  /** Until nothing is due any more. */
  async pass(): Promise<void> {
    for (;;) {
      await turn()
      const [next] = [...this.#due].sort((one, other) => one.at - other.at)
      if (!next) return
      this.#due.delete(next)
      this.#now = next.at
      next.run()
    }
  }
}

const rules = { atOnce: 2, longest: 3_000, mostOfOne: 2 }

test('N02: every piece of work is done or refused once, soon, and leaves its place whatever becomes of it', async () => {
  const piece = fc.record({
    at: fc.integer({ min: 0, max: 10_000 }),
    kiosk: fc.constantFrom('k1', 'k2', 'k3'),
    signIn: fc.integer({ min: 0, max: 9 }),
    cost: fc.constantFrom(12, 213),
    /** How much longer than expected it takes. */
    slowness: fc.constantFrom(0.1, 1, 30),
    fails: fc.boolean(),
  })
  const property = fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async pieces => {
    const time = new SteppedTime()
    const turns = new Turns(rules, time)
    let running = 0
    let ended = 0
    const begin = async ({ kiosk, signIn, cost, slowness, fails }: (typeof pieces)[number]) => {
      const asked = time.now()
      let begun = 0
      const work = async () => {
        begun += 1
        running += 1
        assert.ok(running <= rules.atOnce)
        assert.ok(time.now() - asked <= rules.longest, 'nobody waits longer')
        await new Promise<void>(done => time.after(cost * slowness, done))
        running -= 1
        if (fails) throw new Error('it fails')
      }
      const outcome = await turns.run(cost, [kiosk, 'n1', `${signIn}`], work).catch(error => error)
      ended += 1
      if (begun === 1) return assert.equal(outcome?.message, fails ? 'it fails' : undefined)
      assert.ok(begun === 0 && outcome instanceof Refusal && outcome.code === 'busy')
      assert.ok(time.now() - asked <= rules.longest, 'nobody is told later')
      assert.ok((outcome.retryAfter ?? 0) >= 1)
    }
    const all: Promise<void>[] = []
    for (const one of pieces) time.after(one.at, () => void all.push(begin(one)))
    await time.pass()
    assert.deepEqual([ended, running], [pieces.length, 0])
    await Promise.all(all)

    assert.equal(turns.fullSince(), null)
    const late = Array.from({ length: rules.atOnce }, (_, n) => {
      return new Promise<void>(begun => {
        void turns.run(12, ['k1', 'n1', `late ${n}`], async () => begun())
      })
    })
    await Promise.all(late)
  })
  await fc.assert(property)
})

test('whoever is refused for tapping too often is no sign of a gate that is full', async () => {
  const time = new SteppedTime()
  const turns = new Turns(rules, time)
  const taps = Array.from({ length: 9 }, () =>
    turns.run(12, ['k1', 'n1', 'one'], () => new Promise<void>(done => time.after(12, done))),
  )
  const settled = Promise.allSettled(taps)
  assert.equal(turns.fullSince(), null)
  await time.pass()
  const refused = (await settled).filter(({ status }) => status === 'rejected')
  assert.equal(refused.length, 9 - rules.atOnce - rules.mostOfOne)
})

test('N02: who makes room for others is told at once, and the gate is full since then', async () => {
  const time = new SteppedTime()
  const turns = new Turns(rules, time)
  const told: number[] = []
  const ask = (kiosk: string, signIn: string) => {
    const work = () => new Promise<void>(done => time.after(213, done))
    return turns.run(213, [kiosk, 'n1', signIn], work).catch(() => told.push(time.now()))
  }
  // As many as there is room for, and those whose turn it is.
  const room = Math.floor((rules.longest * rules.atOnce) / 213)
  const all = Array.from({ length: room + rules.atOnce }, (_, n) => ask('k1', `${n}`))
  await turn()
  assert.deepEqual([told, turns.fullSince()], [[], null])
  all.push(ask('k2', 'newcomer'))
  await turn()
  assert.deepEqual([told, turns.fullSince()], [[0], 0])
  await time.pass()
  await Promise.all(all)
})
