import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Attackers,
  addresses,
  firstKiosk as kiosk,
  simulateAttack,
  siteAddress,
} from '../support/simulated-attack.ts'
import { whole } from '../support/under-attack.ts'

const visitors = 200
const play = { rate: whole ? 50 : 6, minutes: 30, visitors, seed: 8 }

const anywhere = (n: number) => `2001:db8:${(n >> 8).toString(16)}:${(n & 0xff).toString(16)}::1`
const ofOneHost = (n: number) => `2001:db8:77:${n.toString(16)}::1`
const site = () => siteAddress

const attacks: Record<string, Attackers[]> = {
  'from 10 000 addresses': [{ address: anywhere, aimed: 0.5 }],
  'from 10 000 /64s of one host': [{ address: ofOneHost, aimed: 0.5 }],
  "from behind the site's own NAT": [{ address: site, aimed: 0.5 }],
  'with scans at one kiosk, from 10 000 addresses': [{ address: anywhere, kiosk, aimed: 0.9 }],
  "with scans at one kiosk, from behind the site's own NAT": [{ address: site, kiosk, aimed: 0.9 }],
  'at those who come to one kiosk, there and from everywhere': [
    { address: anywhere, aimed: 1, ofFirstKiosk: true },
    { address: site, aimed: 1, ofFirstKiosk: true },
    { address: site, kiosk, aimed: 1, ofFirstKiosk: true },
  ],
  'in all these ways at once': [
    { address: anywhere, aimed: 0.5 },
    { address: ofOneHost, aimed: 0.5 },
    { address: site, aimed: 0.5 },
    { address: anywhere, kiosk, aimed: 0.9 },
    { address: site, kiosk, aimed: 0.9 },
  ],
}

for (const [name, attackers] of Object.entries(attacks)) {
  test(`N04 N05: 30 minutes of attack ${name} keep no visitor out`, async t => {
    const outcome = await simulateAttack({ ...play, attackers })
    const { asked, answers, guesses, cameIn } = outcome
    const soon = [...cameIn.values()].filter(tries => tries <= 2).length
    const looked = [...guesses.values()].map(({ all }) => all)
    const sums = [...Map.groupBy(answers, answer => answer)]
    t.diagnostic(sums.map(([answer, all]) => `${answer} ${all.length}`).join(', '))
    t.diagnostic(`${soon} of ${visitors} came in soon; ${Math.max(...looked)} guesses at most`)

    const areEverywhere = attackers.some(({ address }) => address !== site)
    assert.ok(outcome.addresses.size >= (areEverywhere ? addresses : 1))
    assert.equal(answers.length, asked, 'nothing goes without an answer')
    assert.ok(soon >= 0.99 * visitors, `${soon} came in at their first or second try`)
    for (const [id, { all, enrolled }] of guesses) {
      assert.ok(all - enrolled <= 100 && all <= 130, `${all} at ${id}, ${enrolled} at the kiosk`)
    }
  })
}
