import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Answers } from '../support/answers.ts'
import type { Phone } from '../support/phone.ts'
import { addressOf, startSite } from '../support/site.ts'
import { crowdOf, scannedBy, underAttack, visit, whole } from '../support/under-attack.ts'

/** So many are under way at once: at a sixth of a second each, the gate would be deaf for long. */
const atOnce = 240

const times = (text: string, count: number, end = '') => text.repeat(count) + end

/** Passwords that are short as typed, and what a rule, a pattern or Unicode makes of them is not. */
const words = {
  'U+2057 becomes four signs that are no letters': times('\u2057', 1_023, 'a'),
  'U+2487 becomes two brackets around a number': times('\u2487', 1_023, 'a'),
  'U+FDFA becomes eighteen signs': times('\ufdfa', 1_023, 'a'),
  'U+FDFA with a number at its end': times('\ufdfa', 1_023, '1'),
  'one sign, and another at its end': times('a', 1_023, '!'),
  'numbers, and a letter at their end': times('1', 1_023, 'a'),
  'four signs over and over, and another at their end': times('abcd', 255, 'x'),
  'more marks than any writing has': `a${times('\u0301\u0316', 1_300)}`,
  'marks in an order that is not theirs': `a${times('\u0301\u0316', 511)}`,
  'spaces of all kinds, and a letter': times('\u3000\u2003', 511, 'a'),
  'letters without an end': times('abcdefghijklmnopqrstuvwxyz', 39),
  'signs beyond the first plane': times('\u{1d7d8}', 1_023, 'a'),
}
const slowest = words['U+2057 becomes four signs that are no letters']

/** Where visitors add accounts, and where they only sign in. */
const asks = {
  open: (phone: Phone, id: string, account: string, password: string) =>
    phone.signUp(id, account, '', password),
  closed: (phone: Phone, id: string, account: string, password: string) =>
    phone.signIn(id, account, password),
}

for (const nodes of whole ? ([1, 2] as const) : ([1] as const)) {
  for (const [registration, ask] of Object.entries(asks)) {
    test(`N01 passwords that are slow to judge hold nobody up, registration ${registration} (${nodes})`, async t => {
      const site = await startSite(t, { nodes, env: { QRGATE_REGISTRATION: registration } })
      await site.addAccounts(['hong'])
      const [here, there] = [addressOf(1), addressOf(2)]
      const [attacked, beside] = [await site.kiosk(here), await site.kiosk(here)]
      const answers = new Answers()
      const passwords = whole ? Object.values(words) : [slowest]

      const crowd = crowdOf(atOnce / 10, 1, n => [site.phone(here, n % nodes), attacked])
      const wave = async (number: number) => {
        const password = passwords[number % passwords.length] ?? slowest
        const strangers = await crowd(number)
        const asked = (n: number) => {
          const { phone, id } = strangers[n % strangers.length] ?? assert.fail()
          return answers.add(ask(phone, id, `stranger-${number}-${n}`, password))
        }
        await Promise.all(Array.from({ length: atOnce }, (_, n) => asked(n)))
      }
      const visitFrom = (address: string) => (number: number) =>
        visit({ kiosk: beside, phone: site.phone(address, number % nodes), account: 'hong' })
      const visits = [visitFrom(here), visitFrom(there)]
      await underAttack(t, site, { wave, visits, leastWaves: passwords.length, answers })
      assert.equal(answers.count('account_id_invalid', 'internal', 'malformed', 'too_large'), 0)
      await site.assertUnharmed()
    })
  }
}

test('N01 whoever has no try left makes the gate judge nothing', async t => {
  const site = await startSite(t, { env: { QRGATE_REGISTRATION: 'open' } })
  await site.addAccounts(['hong', 'kim'])
  const [here, there] = [addressOf(1), addressOf(2)]
  const [attacked, beside] = [await site.kiosk(here), await site.kiosk(here)]
  const { phone, id } = await scannedBy(site.phone(here), attacked)
  for (let guess = 0; guess < 10; guess += 1) {
    assert.equal((await phone.signIn(id, 'kim', `guess no. ${guess}`)).status, 401)
  }
  const answers = new Answers()
  const wave = async () => {
    const spent = () => answers.add(phone.signUp(id, 'kim', '', slowest))
    await Promise.all(Array.from({ length: atOnce }, spent))
  }
  const visits = [
    () => visit({ kiosk: beside, phone: site.phone(here), account: 'hong' }),
    () => visit({ kiosk: attacked, phone: site.phone(there), account: 'hong' }),
  ]
  const least = whole ? 10 : 3
  const { waves } = await underAttack(t, site, { wave, visits, least, answers })
  assert.equal(answers.count('too_many_tries'), atOnce * waves, `${answers}`)
  await site.assertUnharmed()
})
