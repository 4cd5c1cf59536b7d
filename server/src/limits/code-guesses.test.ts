import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { createCodeGuesses, type Typist } from './code-guesses.ts'

type Guesses = ReturnType<typeof createCodeGuesses>
const address = '203.0.113.7'

const allowed = (guesses: Guesses, typist: Typist) =>
  guesses.count(typist).then(
    () => true,
    (error: unknown) => {
      assert.ok(error instanceof Refusal && error.code === 'too_many_codes')
      return false
    },
  )

async function countAllowed(guesses: Guesses, times: number, typist: (n: number) => Typist) {
  const answers = await Promise.all(
    Array.from({ length: times }, (_, n) => allowed(guesses, typist(n))),
  )
  return answers.filter(Boolean).length
}

test('S105 a network has 1 000 guesses, whatever phone keys it invents', async () => {
  const guesses = createCodeGuesses()
  const home = (n: number) => `2001:db8:0:7::${n.toString(16)}`
  const typist = (n: number) => ({
    phoneKey: n % 2 === 0 ? undefined : `key ${n}`,
    address: home(n + 1),
  })
  assert.equal(await countAllowed(guesses, 1_200, typist), 1_000)
  assert.equal(await allowed(guesses, { phoneKey: undefined, address }), true)
})

test('S105 a browser has five, and what it is refused costs its network nothing', async () => {
  const guesses = createCodeGuesses()
  assert.equal(await countAllowed(guesses, 3_000, () => ({ phoneKey: 'mine', address })), 5)
  assert.equal(await allowed(guesses, { phoneKey: 'another', address }), true)
})

test('S105 a right code takes its own guess back, for browser and network', async () => {
  const guesses = createCodeGuesses()
  const typist = { phoneKey: 'mine', address }
  for (let right = 0; right < 20; right += 1) await (await guesses.count(typist))()
  assert.equal(await countAllowed(guesses, 10, () => typist), 5)
  const rest = (n: number) => ({ phoneKey: `key ${n}`, address })
  assert.equal(await countAllowed(guesses, 1_000, rest), 995)
})
