import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Campaign, runCampaign } from '../../chaos/campaign.ts'

const whole = process.env.QRGATE_TEST_FAULT === 'whole'

/** Long enough for whatever these faults keep waiting, on any machine. */
const windows = {
  pending: 20_000,
  scanned: 20_000,
  approved: 60_000,
  claimAgain: 20_000,
  visit: 20_000,
}

/** None that lasts, nor one after which a node has to start. */
const quick =
  /^(node (frozen|killed)|Postgres (frozen|restarted|read-only)|Redis|connections|database|disk)/

/** Much of it is waiting: for faults, and for what ends by time. */
describe('F36: faults of all kinds while people sign in', { concurrency: true }, () => {
  for (const set of ['two-nodes', 'sqlite'] as const) {
    test(`F36: nothing is lost, doubled or untrue: ${set}`, async t => {
      const campaign: Campaign = {
        set,
        signIns: whole ? 1_000 : 150,
        seed: 36,
        windows,
        rest: [500, 1_500],
        isWanted: kind => whole || (quick.test(kind) && !/long|black hole/.test(kind)),
        say: words => t.diagnostic(words),
      }
      const { violations, befallen } = await runCampaign(t, campaign)
      assert.deepEqual(violations, [])
      assert.ok(befallen.length > 0, 'no fault has come')
    })
  }
})
