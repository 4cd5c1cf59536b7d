import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { type CodeGuesses, createCodeGuesses, type Typist } from './code-guesses.ts'
import { createCounters } from './counters.ts'

const address = '203.0.113.7'

function setUp() {
  let now = 0
  const guesses = createCodeGuesses(createCounters(() => now))
  const pass = (seconds: number) => {
    now += seconds * 1000
  }
  return { guesses, pass }
}

/** Whether a code that could be guessed would be opened. */
const allowed = (guesses: CodeGuesses, typist: Typist) =>
  guesses.count(typist).then(
    ({ refusal }) => {
      if (refusal) assert.ok(refusal.code === 'too_many_codes' && (refusal.retryAfter ?? 0) > 0)
      return refusal === null
    },
    (error: unknown) => {
      assert.ok(error instanceof Refusal && error.code === 'too_many_codes')
      return false
    },
  )

async function countAllowed(guesses: CodeGuesses, times: number, typist: (n: number) => Typist) {
  const answers = await Promise.all(
    Array.from({ length: times }, (_, n) => allowed(guesses, typist(n))),
  )
  return answers.filter(Boolean).length
}

test('S105 a network has 1 000 guesses, whatever phone keys it invents', async () => {
  const { guesses, pass } = setUp()
  const home = (n: number) => `2001:db8:0:7::${n.toString(16)}`
  const typist = (n: number) => ({
    phoneKey: n % 2 === 0 ? undefined : `key ${n}`,
    address: home(n + 1),
  })
  assert.equal(await countAllowed(guesses, 1_200, typist), 1_000)
  assert.equal(await allowed(guesses, { phoneKey: undefined, address }), true)
  pass(299)
  assert.equal(await allowed(guesses, typist(0)), false)
  pass(1)
  assert.equal(await allowed(guesses, typist(0)), true)
})

test('S105 a browser has five, and what it is refused costs its network nothing', async () => {
  const { guesses } = setUp()
  assert.equal(await countAllowed(guesses, 3_000, () => ({ phoneKey: 'mine', address })), 5)
  assert.equal(await allowed(guesses, { phoneKey: 'another', address }), true)
})

test('S105 a right code takes its own guess back, for browser and network', async () => {
  const { guesses } = setUp()
  const typist = { phoneKey: 'mine', address }
  for (let right = 0; right < 20; right += 1) (await guesses.count(typist)).undo()
  assert.equal(await countAllowed(guesses, 10, () => typist), 5)
  const rest = (n: number) => ({ phoneKey: `key ${n}`, address })
  assert.equal(await countAllowed(guesses, 1_000, rest), 995)
})

test('N04: while guesses pour in, wherever they come from, new codes are beyond guessing', async () => {
  const { guesses, pass } = setUp()
  const typist = (n: number) => ({ phoneKey: undefined, address: `2001:db8:${n.toString(16)}::1` })
  await countAllowed(guesses, 999, typist)
  assert.equal(await guesses.pouringIn(), false)
  await countAllowed(guesses, 1, typist)
  assert.equal(await guesses.pouringIn(), true)
  pass(300)
  assert.equal(await guesses.pouringIn(), false)
})

test('N06: however many browsers are made up, a real one has its own guesses', async () => {
  const { guesses } = setUp()
  const madeUp = (n: number) => ({ phoneKey: `made up ${Math.floor(n / 5)}`, address })
  for (let n = 0; n < 5 * 20_100; n += 1) await guesses.count(madeUp(n))
  const real = (n: number) => ({ phoneKey: `real ${Math.floor(n / 5)}`, address: `192.0.2.${n}` })
  assert.equal(await countAllowed(guesses, 50, real), 50)
})
