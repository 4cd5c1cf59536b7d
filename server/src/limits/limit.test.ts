import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { createLimit } from './limit.ts'

const allowed = (limit: ReturnType<typeof createLimit>, key: string) =>
  limit.spend(key).then(
    () => true,
    (error: unknown) => {
      assert.ok(error instanceof Refusal && error.code === 'too_many_codes')
      assert.ok((error.retryAfter ?? 0) > 0)
      return false
    },
  )

test('each key has so many points, and what is refused does not count', async () => {
  const limit = createLimit('too_many_codes', 2, 60)
  const answers = await Promise.all(Array.from({ length: 6 }, () => allowed(limit, 'a')))
  assert.equal(answers.filter(Boolean).length, 2)
  await limit.giveBack('a')
  assert.deepEqual([await allowed(limit, 'a'), await allowed(limit, 'a')], [true, false])
  assert.equal(await allowed(limit, 'b'), true)
})

test('S077 whoever invents keys fills no memory: the oldest is forgotten', async () => {
  const limit = createLimit('too_many_codes', 1, 60, 3)
  for (const key of ['a', 'b', 'c']) assert.equal(await allowed(limit, key), true)
  assert.equal(await allowed(limit, 'a'), false)
  assert.equal(await allowed(limit, 'd'), true)
  assert.equal(await allowed(limit, 'a'), false)
  assert.equal(await allowed(limit, 'b'), true)
})
