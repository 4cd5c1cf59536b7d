import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Answers } from '../support/answers.ts'
import type { Scope } from '../support/gate.ts'
import type { Kiosk } from '../support/kiosk.ts'
import type { Phone } from '../support/phone.ts'
import { password } from '../support/production.ts'
import { addressOf, householdOf, type Site, startSite } from '../support/site.ts'
import { crowdOf, scannedBy, underAttack, visit, whole } from '../support/under-attack.ts'

const [here, there] = [addressOf(1), addressOf(2)]
/** More than may wait, and than a scan may pay for. */
const atOnce = 240
const sizes = whole ? ([1, 2] as const) : ([1] as const)

/** Other ids than `hall` to a computer, and the same to a person. */
const lookAlikes = ['ha1l', 'hal1', 'ha11', 'haIl', 'halI', 'haII']

const lookAlike = (phone: Phone, id: string, n: number) =>
  phone.signUp(id, lookAlikes[n % lookAlikes.length] ?? '', '', `long and new, no. ${n}`)
const taken = (phone: Phone, id: string, n: number) =>
  phone.signUp(id, 'hall', '', `long and new, no. ${n}`)
const madeUp = (phone: Phone, id: string, n: number) => phone.signIn(id, `nobody-${n}`, 'a guess')
const wrong = (phone: Phone, id: string, n: number) => phone.signIn(id, 'hall', `guess no. ${n}`)

const attempts = {
  'sign-ups with ids that look like a taken one': lookAlike,
  ...(whole && {
    'sign-ups with an id that is taken': taken,
    'sign-ins with made-up ids': madeUp,
    'sign-ins with wrong passwords': wrong,
    'sign-ins and sign-ups by turns': (phone: Phone, id: string, n: number) =>
      (n % 2 === 0 ? wrong : lookAlike)(phone, id, n),
  }),
}

async function startCrowded(t: Scope, nodes: 1 | 2) {
  const site = await startSite(t, { nodes, env: { QRGATE_REGISTRATION: 'open' } })
  await site.addAccounts(['hong', 'hall'])
  return { site, attacked: await site.kiosk(here), beside: await site.kiosk(here) }
}

/** Visitors in the attacker's network and elsewhere, at each of the kiosks. */
function everybodyAt(site: Site, kiosks: readonly Kiosk[]) {
  return kiosks.flatMap(kiosk =>
    [here, there].map(
      address => () => visit({ kiosk, phone: site.phone(address), account: 'hong' }),
    ),
  )
}

test('N03 one scan pays for ten tries, of whatever kind and however slowly', async t => {
  const { site, attacked } = await startCrowded(t, 1)
  for (const [what, attempt] of Object.entries({ lookAlike, taken, madeUp, wrong })) {
    const answers = new Answers()
    const { phone, id } = await scannedBy(site.phone(here), attacked)
    for (let n = 0; n < 14; n += 1) await answers.add(attempt(phone, id, n))
    assert.equal(answers.count('wrong_credentials', 'account_exists'), 10, `${what}: ${answers}`)
    assert.equal(answers.count('too_many_tries'), 4, `${what}: ${answers}`)
  }
})

for (const nodes of sizes) {
  for (const [what, attempt] of Object.entries(attempts)) {
    test(`N03 one scan with ${atOnce} ${what} at once is one of many (${nodes})`, async t => {
      const { site, attacked, beside } = await startCrowded(t, nodes)
      const answers = new Answers()
      const wave = async (number: number) => {
        const { phone, id } = await scannedBy(site.phone(here, number % nodes), attacked)
        const crowd = Array.from({ length: atOnce }, (_, n) => answers.add(attempt(phone, id, n)))
        await Promise.all(crowd)
        const looked = answers.count('wrong_credentials', 'account_exists', 'ok')
        assert.ok(looked <= 10 * (number + 1), `one scan pays for ten tries: ${answers}`)
      }
      await underAttack(t, site, { wave, visits: everybodyAt(site, [beside, attacked]), answers })
      assert.ok(answers.count('busy') > 0, `two of a scan wait, and no more: ${answers}`)
      await site.assertUnharmed()
    })
  }

  const crowds = {
    'at one kiosk from one address': ['one', () => here],
    ...(whole && { 'at many kiosks from everywhere': ['many', householdOf] as const }),
  } as const
  for (const [where, [kiosks, addressAt]] of Object.entries(crowds)) {
    test(`N03 many scans with two tries each at once, ${where}, leave room (${nodes})`, async t => {
      const { site, beside, attacked } = await startCrowded(t, nodes)
      const others = kiosks === 'one' ? [] : [0, 1, 2].map(() => site.kiosk(here))
      const crowded = [attacked, ...(await Promise.all(others))]
      const crowd = crowdOf(atOnce / 2, 4, n => [
        site.phone(addressAt(n), n % nodes),
        crowded[n % crowded.length] ?? attacked,
      ])
      const answers = new Answers()
      const wave = async (number: number) => {
        const strangers = await crowd(number)
        const tries = [...strangers, ...strangers].map(({ phone, id }, n) => madeUp(phone, id, n))
        await Promise.all(tries.map(asked => answers.add(asked)))
      }
      await underAttack(t, site, { wave, visits: everybodyAt(site, [beside]), answers })
      await site.assertUnharmed()
    })
  }
}

for (const nodes of sizes) {
  test(`N15 of ${atOnce} who sign up on one scan at once one has an account, and no other (${nodes})`, async t => {
    const { site, attacked } = await startCrowded(t, nodes)
    const before = await site.accountIds()
    const { phone, id } = await scannedBy(site.phone(here), attacked)
    const phones = site.nodes.map((_, node) => site.phone(here, node, phone.cookies.split('; ')))
    const signUp = async (n: number) => {
      const at = phones[n % nodes] ?? phone
      const newcomer = `newcomer-${n}`
      const answer = await at.signUp(id, newcomer, '', password)
      return { newcomer, status: answer.status, text: await answer.text() }
    }
    const done = await Promise.all(Array.from({ length: atOnce }, (_, n) => signUp(n)))
    const [own, ...others] = done.filter(({ status }) => status === 200)
    assert.ok(own, 'one of them is let in')
    assert.deepEqual(others, [])
    assert.deepEqual((await site.accountIds()).toSorted(), [...before, own.newcomer].toSorted())
    await site.assertUnharmed()
  })
}
