import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Answers } from '../support/answers.ts'
import { inBatches } from '../support/in-batches.ts'
import type { Kiosk } from '../support/kiosk.ts'
import type { Phone } from '../support/phone.ts'
import { addressOf, type Site, startSite } from '../support/site.ts'
import { scannedBy, signInAt, underAttack, visit, whole } from '../support/under-attack.ts'
import { askUserCode, typeCode } from '../support/user-code.ts'

/** What all of a place's Wi-Fi looks like from outside: its visitors, its kiosks, its strangers. */
const here = addressOf(1)
const there = addressOf(2)
const sizes = whole ? ([1, 2] as const) : ([1] as const)

for (const nodes of sizes) {
  test(`N04 made-up ids over many scans close their address to nobody (${nodes})`, async t => {
    // Wrong passwords that an address has in one window; a slice of the attack takes a slice of it.
    const perNetwork = whole ? 300 : 30
    const env = { QRGATE_FAILURES_PER_NETWORK: `${perNetwork}` }
    const site = await startSite(t, { nodes, env })
    await site.addAccounts(['hong'])
    const attacked = await Promise.all([0, 1].map(() => site.kiosk(here)))
    const beside = await site.kiosk(here)
    const answers = new Answers()

    const wave = async (number: number) => {
      // By turns one phone, and one that forgets its cookies after each scan.
      const faithful = site.phone(here)
      for (let scan = 0; scan < perNetwork / 10 + 1; scan += 1) {
        const kiosk = attacked[scan % 2] ?? assert.fail()
        const node = scan % nodes
        const stranger =
          number % 2 === 0 ? site.phone(here, node, cookiesOf(faithful)) : site.phone(here, node)
        if (number % 2 === 0 && scan === 0) await faithful.get('/code')
        const { phone, id } = await scannedBy(stranger, kiosk)
        const ids = Array.from({ length: 12 }, (_, n) => `nobody-${number}-${scan}-${n}`)
        await inBatches(ids, 2, madeUp => answers.add(phone.signIn(id, madeUp, 'a guess')))
      }
    }
    const visits = [beside, ...attacked].map(kiosk => (number: number) => {
      return visit({ kiosk, phone: site.phone(here, number % nodes), account: 'hong' })
    })
    await underAttack(t, site, { wave, visits, answers })
    for (const come of visits) await come(0)
    assert.ok(answers.count('wrong_credentials') > perNetwork / 2, `${answers}`)
    await site.assertUnharmed()
  })
}

const withoutCookies = async (site: Site, node: number) => site.phone(here, node)
const withMadeUpCookie = async (site: Site, node = 0) => {
  const key = randomBytes(32).toString('base64url')
  return site.phone(here, node, [`__Host-qrgate-phone=${key}`])
}
const withCookieOfTheGate = async (site: Site, node: number) => {
  const phone = site.phone(here, node)
  await phone.get('/code')
  return phone
}
/** Browsers that guess codes, in ways that no limit per browser stops. */
const browsers = [withoutCookies, withMadeUpCookie, withCookieOfTheGate]

/** Guesses that an address has on one node. */
const perNetwork = 1_000
const guesses = whole ? 3_000 : 1_050

for (const nodes of sizes) {
  test(`N04 guesses at codes keep nobody from typing a right one there (${nodes})`, async t => {
    const site = await startSite(t, { nodes })
    await site.addAccounts(['hong'])
    const kiosk = await site.kiosk(here)
    const elsewhere = await site.kiosk(there)
    const last = nodes - 1
    const answers = new Answers()

    const before = await codeOf(kiosk)
    const wave = async (number: number) => {
      const each = guesses / browsers.length
      for (const browser of browsers) {
        await inBatches(Array.from({ length: each }), 50, async (_, n) => {
          const phone = await browser(site, n % nodes)
          await answers.add(phone.post('/code', { user_code: wrongCode(number * each + n) }))
        })
      }
    }
    // Asked for at one node and typed at another.
    const typed = (from: string, at: Kiosk) => async (number: number) => {
      const code = await codeOf(at.at(site.nodes[last]?.url ?? ''))
      await typeAndSignIn(site.phone(from, number % nodes), code)
    }
    await underAttack(t, site, { wave, visits: [typed(here, kiosk)], answers })
    assert.equal(answers.count('ok'), 0)
    assert.ok(answers.count('too_many_codes') > 0, `the attack was one: ${answers}`)
    assert.ok(answers.count('user_code_unknown') <= nodes * perNetwork, `${answers}`)

    await typeAndSignIn(site.phone(here), before)
    const long = await codeOf(elsewhere)
    assert.match(long, /^(?:[A-Z]-?){12}$/, 'while guesses pour in, codes are long')
    await typeAndSignIn(site.phone(here), long)
    await typed(there, elsewhere)(0)
    await site.assertUnharmed()
  })
}

test('N04 browsers that are made up close typed codes to no real one', {
  skip: !whole,
}, async t => {
  const site = await startSite(t)
  await site.addAccounts(['hong'])
  const kiosk = await site.kiosk(there)
  const answers = new Answers()
  // More of them than any memory of counts holds, each with the guesses that a browser has.
  await inBatches(Array.from({ length: 21_000 }), 32, async (_, n) => {
    const phone = await withMadeUpCookie(site)
    for (let guess = 0; guess < 5; guess += 1) {
      await answers.add(phone.post('/code', { user_code: wrongCode(5 * n + guess) }))
    }
  })
  t.diagnostic(`${answers}`)
  const typist = site.phone(there)
  await typist.get('/code')
  assert.equal(
    await answers.add(typist.post('/code', { user_code: wrongCode(0) })),
    'user_code_unknown',
  )
  for (let visits = 0; visits < 12; visits += 1) {
    const phone = site.phone(there)
    await phone.get('/code')
    await typeAndSignIn(phone, await codeOf(kiosk))
  }
  await site.assertUnharmed()
})

async function codeOf(kiosk: Kiosk): Promise<string> {
  return (await askUserCode(kiosk, await kiosk.start())).user_code
}

async function typeAndSignIn(phone: Phone, code: string): Promise<void> {
  const { status, id, receipt } = await typeCode(phone, code)
  assert.equal(status, 200, code)
  assert.equal((await phone.post(`/s/${id}/scan`, { receipt })).status, 200)
  await signInAt(phone, id, 'hong')
}

/** One of many codes that no kiosk shows. */
function wrongCode(number: number): string {
  const letters = 'BCDFGHJKLMNPQRSTVWXZ'
  const digits = [...number.toString(20).padStart(8, '0')]
  return digits.map(digit => letters[Number.parseInt(digit, 20)]).join('')
}

function cookiesOf(phone: Phone): string[] {
  return phone.cookies.split('; ').filter(Boolean)
}
