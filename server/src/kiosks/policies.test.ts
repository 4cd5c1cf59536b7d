import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { watchPolicies } from './policies.ts'

/** A node's looks, with what its pages were told and what is so. */
function setUp(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let told: [number, number][] = []
  let versions = new Map<number, number>()
  let looks = 0
  let away = false
  const changed: number[] = []
  const errors: unknown[] = []
  const policyVersions = async () => {
    looks += 1
    if (away) throw new Error('the database is away')
    return versions
  }
  t.after(
    watchPolicies({
      records: { policyVersions },
      told: () => told,
      onChanged: kiosk => changed.push(kiosk),
      onError: error => errors.push(error),
    }),
  )
  return {
    pagesWere: (...given: [number, number][]) => {
      told = given
    },
    stands: (...given: [number, number][]) => {
      versions = new Map(given)
    },
    databaseIs: (state: 'away' | 'there') => {
      away = state === 'away'
    },
    /** Two seconds later: what was changed, and how many queries and errors it took. */
    look: async () => {
      const before = { looks, errors: errors.length }
      t.mock.timers.tick(2_000)
      await turn()
      return [changed.splice(0), looks - before.looks, errors.length - before.errors]
    },
  }
}

test('a policy that changed is noticed within two seconds, until each page was told', async t => {
  const node = setUp(t)
  node.pagesWere([100, 0], [101, 2], [101, 3])
  node.stands([101, 3], [102, 9])
  assert.deepEqual(await node.look(), [[101], 1, 0])
  assert.deepEqual(await node.look(), [[101], 1, 0])
  node.pagesWere([100, 0], [101, 3], [101, 3])
  assert.deepEqual(await node.look(), [[], 1, 0])
  node.stands([100, 1], [101, 1])
  assert.deepEqual(await node.look(), [[100, 101], 1, 0])
})

test('while no page is there, nothing is asked', async t => {
  const node = setUp(t)
  node.stands([100, 1])
  assert.deepEqual(await node.look(), [[], 0, 0])
})

test('a look that fails changes nothing, and the next one tells', async t => {
  const node = setUp(t)
  node.pagesWere([100, 0])
  node.stands([100, 1])
  node.databaseIs('away')
  assert.deepEqual(await node.look(), [[], 1, 1])
  node.databaseIs('there')
  assert.deepEqual(await node.look(), [[100], 1, 0])
})
