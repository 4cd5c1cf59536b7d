import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Answers } from '../support/answers.ts'
import { inBatches } from '../support/in-batches.ts'
import type { Kiosk } from '../support/kiosk.ts'
import type { Phone } from '../support/phone.ts'
import { password } from '../support/production.ts'
import { householdOf, type Site, startSite } from '../support/site.ts'
import { scannedBy, signInAt, visit, whole } from '../support/under-attack.ts'

/** Where the owner of the account lives, and many others who do not. */
const home = householdOf(9_999)
const stranger = (n: number) => householdOf(n, n + 1)

/** Guesses that are looked at in a day: anybody's, and beyond them first tries at kiosks. */
const most = 100 + 30

/** Guesses in one sign-in: the ten that it pays for, and two more. */
type Guess = (from: string, n: number) => Promise<void>

/** @param node the one that strangers guess at; the owner comes to each. */
async function startGuessed(t: Parameters<typeof startSite>[0], nodes: 1 | 2) {
  const site = await startSite(t, { nodes, env: { QRGATE_SEED_API: '1' } })
  await site.addAccounts(['hong', 'kim'])
  const own = await site.kiosk(home)
  const attacked = await Promise.all([0, 1].map(n => site.kiosk(stranger(n))))
  // The account has signed in at home, with this phone, at the last node.
  const usual = site.phone(home, nodes - 1)
  await visit({ kiosk: own, phone: usual, account: 'hong' })
  const answers = new Answers()
  const guesses = Array.from({ length: 12 }, (_, n) => `guess no. ${n}`)

  const byScan: Guess = async (from, n) => {
    const kiosk = attacked[n % attacked.length] ?? assert.fail()
    const { phone, id } = await scannedBy(site.phone(from), kiosk)
    await inBatches(guesses, 2, guess => answers.add(phone.signIn(id, 'hong', guess)))
  }
  const bySeed: Guess = async from => {
    const client = site.client(from)
    const token = await client.start()
    await inBatches(guesses, 2, guess => answers.add(client.auth(token, 'hong', guess)))
  }
  return { site, own, usual, answers, byScan, bySeed }
}

/** Wherever the owner comes to sign in, at the first try or after a slip. */
function waysOf(site: Site, own: Kiosk, usual: Phone) {
  let strangeNetworks = 20_000
  const strange = () => householdOf(strangeNetworks++)
  return {
    'their usual network, with a new phone': async (node: number) => {
      const answer = await site.client(home, node).signIn('hong', password)
      assert.equal(answer.status, 200, await answer.text())
    },
    'their usual phone, on the move': async (node: number) => {
      const moved = () => site.phone(strange(), node, usual.cookies.split('; '))
      for (let visits = 0; visits < 7; visits += 1) {
        await visit({ kiosk: own, phone: moved(), account: 'hong' })
      }
      // Now the phone must be known, as only a first try is anybody's at a kiosk.
      for (let visits = 0; visits < 3; visits += 1) {
        const { phone, id } = await scannedBy(moved(), own)
        assert.equal((await phone.signIn(id, 'hong', 'a slip of the finger')).status, 401)
        await signInAt(phone, id, 'hong')
      }
    },
    'an enrolled kiosk of their own, with a new phone in a new network': async (node: number) => {
      for (let visits = 0; visits < 12; visits += 1) {
        await visit({ kiosk: own, phone: site.phone(strange(), node), account: 'hong' })
      }
    },
  }
}

const sizes = whole ? ([1, 2] as const) : ([2] as const)

for (const nodes of sizes) {
  test(`N05 guesses from everywhere close no way of an account’s owner (${nodes})`, async t => {
    const { site, own, usual, answers, byScan, bySeed } = await startGuessed(t, nodes)
    for (let n = 0; n < (whole ? 26 : 12); n += 1) {
      await (n % 2 === 0 ? byScan : bySeed)(stranger(n), n)
    }
    t.diagnostic(`${answers}`)
    const looked = answers.count('wrong_credentials')
    assert.ok(looked >= 60 && looked <= most, `${answers}`)
    assert.ok(answers.count('too_many_tries') > 0, `${answers}`)
    for (const [way, come] of Object.entries(waysOf(site, own, usual))) {
      for (const node of site.nodes.keys()) {
        await t.test(`${way}, node ${node}`, () => come(node))
      }
    }
    await site.assertUnharmed()
  })
}

for (const way of ['byScan', 'bySeed'] as const) {
  test(`N05 ten households that guess ${way} leave the owner every way`, {
    skip: !whole,
  }, async t => {
    const guessed = await startGuessed(t, 1)
    const { site, own, usual, answers } = guessed
    // All at once, as fast as the gate answers.
    await Promise.all(Array.from({ length: 10 }, (_, n) => guessed[way](stranger(n), n)))
    for (let n = 10; n < 20; n += 1) await guessed[way](stranger(n), n)
    t.diagnostic(`${answers}`)
    assert.ok(answers.count('wrong_credentials') <= most, `${answers}`)
    for (const [name, come] of Object.entries(waysOf(site, own, usual))) {
      await t.test(name, () => come(0))
    }
    await site.assertUnharmed()
  })
}

test('N05 guesses at home leave the owner’s phone, and their kiosk', { skip: !whole }, async t => {
  const { site, own, usual, answers, byScan, bySeed } = await startGuessed(t, 1)
  for (let n = 0; n < 12; n += 1) await (n % 2 === 0 ? byScan : bySeed)(home, n)
  for (let n = 0; n < 12; n += 1) await bySeed(stranger(n), n)
  t.diagnostic(`${answers}`)
  assert.ok(answers.count('wrong_credentials') <= most, `${answers}`)
  await t.test('their usual phone at home', async () => {
    const { phone, id } = await scannedBy(usual, own)
    assert.equal((await phone.signIn(id, 'hong', 'a slip of the finger')).status, 401)
    await signInAt(phone, id, 'hong')
  })
  const { 'their usual network, with a new phone': _shut, ...ways } = waysOf(site, own, usual)
  for (const [name, come] of Object.entries(ways)) await t.test(name, () => come(0))
  await site.assertUnharmed()
})
