import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Defence, DefenceTest } from '../patches/defence.ts'
import { defences } from '../patches/defences.ts'
import { failpoints } from '../patches/failpoints.ts'
import { tryWithout } from './try-defence.ts'

/** Of each room one, and the quickest; `npm run test:bite` tries them all. */
const slice = [
  'ticket-mac',
  'account-written-once',
  'link-runs-out',
  'tries-of-an-account',
  'redaction',
  'webhook-embedded',
]

test('a defence that is switched off is noticed by a test of its id', async () => {
  const chosen = defences.filter(({ id }) => slice.includes(id))
  assert.equal(chosen.length, slice.length)
  for (const defence of chosen) {
    const verdict = await tryWithout(defence)
    assert.ok('noticedBy' in verdict, `${defence.id}: ${JSON.stringify(verdict)}`)
  }
})

test('what nothing notices is said, and so is a test that never loads what was changed', async () => {
  const idle = failpoints.find(({ id }) => id === 'after-commit')
  assert.ok(idle)
  const by = (file: string, name: string): Defence => {
    const tests: [DefenceTest] = [{ file, name }]
    return { ...idle, says: 'nothing is another', tests }
  }
  const loads = by('server/src/signin/reaper.test.ts', 'I12')
  assert.deepEqual(await tryWithout(loads), { fault: 'nothing fails' })
  const other = by('server/src/protocol/ticket.test.ts', 'S004')
  assert.match(JSON.stringify(await tryWithout(other)), /does not load server\/src\/store/)
})
