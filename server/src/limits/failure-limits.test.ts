import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { createFailureLimits, type FailureLimits } from './failure-limits.ts'

const rules = { window: 900, perAccount: 3, perAccountAndDay: 5, perNetwork: 8 }
const here = '203.0.113.7'

async function allowed(limits: FailureLimits, id: string, address = here): Promise<boolean> {
  try {
    await limits.count(id, address)
    return true
  } catch (error) {
    assert.ok(error instanceof Refusal && error.code === 'too_many_tries')
    assert.ok(Number.isInteger(error.retryAfter) && (error.retryAfter ?? 0) > 0)
    return false
  }
}

const elsewhere = '198.51.100.1'

test('an account may fail so often at one network, and others go on', async () => {
  const limits = createFailureLimits(rules)
  const answers = []
  for (let guess = 0; guess < 4; guess += 1) answers.push(await allowed(limits, 'hong'))
  assert.deepEqual(answers, [true, true, true, false])
  assert.equal(await allowed(limits, 'kim'), true)
  assert.equal(await allowed(limits, 'hong', elsewhere), true)
})

test('S046: from however many networks, an account has one budget a day', async () => {
  const limits = createFailureLimits(rules)
  const addresses = Array.from({ length: 20 }, (_, n) => `2001:db8:0:${n}::1`)
  const answers = await Promise.all(addresses.map(address => allowed(limits, 'hong', address)))
  assert.equal(answers.filter(Boolean).length, rules.perAccountAndDay)
  assert.equal(await allowed(limits, 'hong'), false)
})

test('S046: guesses elsewhere lock nobody out where they have signed in', async () => {
  const limits = createFailureLimits(rules)
  limits.succeeded('hong', here)
  for (let n = 0; n < 10; n += 1) await allowed(limits, 'hong', `2001:db8:0:${n}::1`)
  assert.equal(await allowed(limits, 'hong', elsewhere), false)
  assert.equal(await allowed(limits, 'hong', here), true)
  // There, too, guesses are limited, and another account's success opens nothing.
  assert.equal(await allowed(limits, 'hong', here), true)
  assert.equal(await allowed(limits, 'hong', here), true)
  assert.equal(await allowed(limits, 'hong', here), false)
  limits.succeeded('mallory', elsewhere)
  assert.equal(await allowed(limits, 'hong', elsewhere), false)
})

test('S046: a usual place has its own budget a day, and no more', async () => {
  const limits = createFailureLimits({ ...rules, perAccount: 100 })
  limits.succeeded('hong', here)
  const answers = []
  for (let guess = 0; guess < 6; guess += 1) answers.push(await allowed(limits, 'hong'))
  assert.deepEqual(answers, [true, true, true, true, true, false])
})

test('tries at the same time cannot slip past', async () => {
  const limits = createFailureLimits(rules)
  const answers = await Promise.all(Array.from({ length: 50 }, () => allowed(limits, 'hong')))
  assert.equal(answers.filter(Boolean).length, rules.perAccount)
})

test('S106: a success takes its own try back and no other', async () => {
  const limits = createFailureLimits(rules)
  await limits.count('hong', here)
  await limits.count('hong', here)
  for (let success = 0; success < 10; success += 1) (await limits.count('hong', here))()
  assert.equal(await allowed(limits, 'hong'), true)
  assert.equal(await allowed(limits, 'hong'), false)
})

test('a network may fail so often, and refused tries use up nobody’s budget', async () => {
  const limits = createFailureLimits(rules)
  for (let id = 0; id < rules.perNetwork; id += 1) assert.ok(await allowed(limits, `id${id}`))
  for (let again = 0; again < 10; again += 1) assert.ok(!(await allowed(limits, 'hong')))
  assert.ok(await allowed(limits, 'hong', '198.51.100.1'))
  assert.ok(await allowed(limits, 'hong', '198.51.100.1'))
})

test('S046: after the window it works again, until the day’s budget is used up', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: new Date() })
  const limits = createFailureLimits(rules)
  for (const expected of [true, true, true, false]) {
    assert.equal(await allowed(limits, 'hong'), expected)
  }
  t.mock.timers.tick(899_000)
  assert.equal(await allowed(limits, 'hong'), false)
  t.mock.timers.tick(1_000)
  for (const expected of [true, true, false]) {
    assert.equal(await allowed(limits, 'hong'), expected)
  }
  const error = await limits.count('hong', here).catch(refusal => refusal)
  assert.ok(error instanceof Refusal && (error.retryAfter ?? 0) > 85_000)
})
