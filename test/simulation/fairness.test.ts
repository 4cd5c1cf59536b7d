import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payer } from '../../server/src/limits/payer.ts'
import type { Standing } from '../../server/src/limits/try-limits.ts'
import { seeded } from '../support/seeded.ts'
import { type Answer, SimulatedGate } from '../support/simulated-gate.ts'
import { whole } from '../support/under-attack.ts'

/** Tries of each kind of attacker in a second. */
const rate = whole ? 50 : 5
const minutes = 30
const visitors = 200
const addresses = 10_000
const kiosks = 10
const siteAddress = '203.0.113.7'
/** Half of the accounts come from a system that hashed with bcrypt, and nobody has signed in yet. */
const costOf = (visitor: number) => (visitor % 2 === 0 ? 12.6 : 213)

interface Attack {
  /** Where the nth attacker comes from. */
  address(n: number): string
  /** Where they scan; elsewhere they start by themselves, where anybody may. */
  kiosk?: number
  /** Of their tries, how many name a visitor and not somebody made up. */
  aimed: number
  /** Only those who come to the first kiosk, and one try for each scan. */
  ofOneKiosk?: boolean
}

const anywhere = (n: number) => `2001:db8:${(n >> 8).toString(16)}:${(n & 0xff).toString(16)}::1`
const ofOneHost = (n: number) => `2001:db8:77:${n.toString(16)}::1`

const attacks: Record<string, Attack[]> = {
  'from 10 000 addresses': [{ address: anywhere, aimed: 0.5 }],
  'from 10 000 /64s of one host': [{ address: ofOneHost, aimed: 0.5 }],
  "from behind the site's own NAT": [{ address: () => siteAddress, aimed: 0.5 }],
  'with scans at one kiosk, from 10 000 addresses': [{ address: anywhere, kiosk: 101, aimed: 0.9 }],
  "with scans at one kiosk, from behind the site's own NAT": [
    { address: () => siteAddress, kiosk: 101, aimed: 0.9 },
  ],
  'at those who come to one kiosk, there and from everywhere': [
    { address: anywhere, aimed: 1, ofOneKiosk: true },
    { address: () => siteAddress, aimed: 1, ofOneKiosk: true },
    { address: () => siteAddress, kiosk: 101, aimed: 1, ofOneKiosk: true },
  ],
  'in all these ways at once': [
    { address: anywhere, aimed: 0.5 },
    { address: ofOneHost, aimed: 0.5 },
    { address: () => siteAddress, aimed: 0.5 },
    { address: anywhere, kiosk: 101, aimed: 0.9 },
    { address: () => siteAddress, kiosk: 101, aimed: 0.9 },
  ],
}

interface Guesses {
  all: number
  enrolled: number
}

async function simulate(attack: readonly Attack[], seed: number) {
  const random = seeded(seed)
  const below = (most: number) => Math.floor(random() * most)
  const gate = new SimulatedGate()
  const { time } = gate
  const end = minutes * 60_000
  let asked = 0
  const answers: Answer[] = []
  const guesses = new Map<string, Guesses>()
  const tries = new Map<number, number>()
  let signIns = 0
  const scan = (kiosk: number | undefined, address: string, phone: string): Payer => {
    signIns += 1
    const enrolled = kiosk !== undefined
    return { signIn: `sign-in ${signIns}`, kiosk: kiosk ?? 0, enrolled, address, phone }
  }

  /** Of three visitors, one is at the site's network, where they have been before, and one on a phone that has. */
  const visit = (visitor: number) => {
    const phone = `phone of ${visitor}`
    const [address, standing]: [string, Standing] =
      visitor % 3 === 0
        ? [siteAddress, 'usual network']
        : visitor % 3 === 1
          ? [siteAddress, 'stranger']
          : [`198.51.100.${visitor % 20}`, visitor % 2 ? 'usual phone' : 'stranger']
    const attempt = async (count: number) => {
      asked += 1
      // Whoever is refused goes to the next screen.
      const kiosk = 101 + ((visitor + count) % kiosks)
      const payer = scan(kiosk, address, phone)
      // One in twenty mistypes at first.
      const right = count > 0 || visitor % 20 !== 0
      const id = `visitor ${visitor}`
      const answer = await gate.try({ payer, id, standing, cost: costOf(visitor), right })
      answers.push(answer)
      if (answer === 'in') tries.set(visitor, count + 1)
      else if (count < 4) time.after(5_000, () => void attempt(count + 1))
    }
    time.after(random() * (end - 60_000), () => void attempt(0))
  }

  const strike = ({ address, kiosk, aimed, ofOneKiosk = false }: Attack) => {
    // A scan lasts for as many tries as it pays for; a kiosk shows a new QR every two seconds.
    let payer: Payer | undefined
    let lastScan = Number.NEGATIVE_INFINITY
    let tried = 0
    const next = async () => {
      time.after(1_000 / rate, () => void (time.now < end && next()))
      const from = address(below(addresses))
      const rescans = ofOneKiosk || tried % 10 === 0 || random() < 0.2
      if (!payer || (rescans && (kiosk === undefined || time.now >= lastScan + 2_000))) {
        payer = scan(kiosk, from, `phone ${signIns}`)
        lastScan = time.now
      }
      tried += 1
      const isAimed = random() < aimed
      const visitor = ofOneKiosk ? kiosks * below(visitors / kiosks) : below(visitors)
      const id = isAimed ? `visitor ${visitor}` : `nobody ${below(1_000_000)}`
      asked += 1
      const standing = from === siteAddress && visitor % 3 === 0 ? 'usual network' : 'stranger'
      const cost = isAimed ? costOf(visitor) : 12.6
      const answer = await gate.try({ payer, id, standing, cost, right: false })
      answers.push(answer)
      if (answer !== 'wrong') return
      const counted = guesses.get(id) ?? { all: 0, enrolled: 0 }
      guesses.set(id, {
        all: counted.all + 1,
        enrolled: counted.enrolled + (payer.enrolled ? 1 : 0),
      })
    }
    time.after(0, () => void next())
  }

  for (let visitor = 0; visitor < visitors; visitor += 1) visit(visitor)
  for (const one of attack) strike(one)
  await time.run()
  return { asked, answers, guesses, tries }
}

for (const [name, attack] of Object.entries(attacks)) {
  test(`N04 N05: 30 minutes of attack ${name} keep no visitor out`, async t => {
    const { asked, answers, guesses, tries } = await simulate(attack, 8)
    assert.equal(answers.length, asked, 'nothing goes without an answer')
    const soon = [...tries.values()].filter(count => count <= 2).length
    const looked = [...guesses.values()].map(({ all }) => all)
    const counted = Map.groupBy(answers, answer => answer)
    const sums = [...counted].map(([answer, all]) => `${answer} ${all.length}`).join(', ')
    t.diagnostic(`${soon} of ${visitors} at their first or second try; ${sums}`)
    t.diagnostic(`at most ${Math.max(...looked)} guesses at one account`)
    assert.ok(
      soon >= visitors * 0.99,
      `${soon} of ${visitors} came in at their first or second try`,
    )
    for (const [id, { all, enrolled }] of guesses) {
      assert.ok(
        all - enrolled <= 100 && all <= 130,
        `${all} guesses at ${id}, ${enrolled} enrolled`,
      )
    }
  })
}
