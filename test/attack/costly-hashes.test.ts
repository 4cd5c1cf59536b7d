import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Answers } from '../support/answers.ts'
import { qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'
import { addressOf, householdOf, startSite } from '../support/site.ts'
import { crowdOf, underAttack, visit, whole } from '../support/under-attack.ts'

/** Accounts of another system; each wrong password for one of them costs ten times our own. */
const imported = Array.from({ length: 40 }, (_, n) => `member-${n}`)

for (const nodes of whole ? ([1, 2] as const) : ([1] as const)) {
  test(`N02 F26 wrong passwords for imported accounts keep nobody waiting for ever (${nodes})`, async t => {
    // A slice waits for whatever is accepted at its end.
    const env = { QRGATE_HASH_WAIT_SECONDS: whole ? '10' : '8' }
    const site = await startSite(t, { nodes, env })
    await site.addAccounts(['hong'])
    await site.addAccounts([...imported, 'kim'], 'bcrypt-12')
    const [here, there] = [addressOf(1), addressOf(2)]
    const on = (n: number) => n % nodes
    const attacked = await Promise.all([0, 1, 2, 3].map(n => site.kiosk(here, on(n))))
    const beside = await Promise.all([0, 1].map(n => site.kiosk(here, on(n))))
    const answers = new Answers()

    const crowd = crowdOf(100, 4, n => {
      const address = n % 2 === 0 ? here : householdOf(n)
      return [site.phone(address, on(n)), attacked[n % attacked.length] ?? assert.fail()]
    })
    const wave = async (number: number) => {
      const strangers = await crowd(number)
      // Two from each scan, as more of them would only wait for one another.
      const tries = [...strangers, ...strangers].map(({ phone, id }, n) => {
        const member = imported[n % imported.length] ?? ''
        return answers.add(phone.signIn(id, member, `guess no. ${number}`))
      })
      await Promise.all(tries)
    }
    const visitBeside = (address: string, account: string) => (number: number) => {
      const kiosk = beside[on(number)] ?? assert.fail()
      return visit({ kiosk, phone: site.phone(address, on(number)), account })
    }
    const visits = [
      visitBeside(here, 'hong'),
      visitBeside(there, 'hong'),
      visitBeside(here, 'kim'),
      visitBeside(there, 'kim'),
      async (number: number) => {
        const kiosk = attacked[on(number)] ?? assert.fail()
        return visit({ kiosk, phone: site.phone(there, on(number)), account: 'hong' })
      },
    ]
    await underAttack(t, site, { wave, visits, answers })
    await site.assertUnharmed()
  })
}

test('N02 an import leaves out what would cost every try too much, and says so', async t => {
  const folder = temporaryFolder(t)
  const bcryptOf = (cost: number) => `$2b$${cost}$${'a'.repeat(53)}`
  const argon2Of = (costs: string) =>
    `$argon2id$v=19$${costs}$c29tZXNhbHRzb21lc2FsdA$${'a'.repeat(43)}`
  const bearable = [
    bcryptOf(10),
    bcryptOf(12),
    argon2Of('m=65536,t=3,p=4'),
    argon2Of('m=9216,t=4,p=1'),
  ]
  const costly = [
    bcryptOf(13),
    bcryptOf(15),
    argon2Of('m=262144,t=16,p=1'),
    argon2Of('m=262144,t=1,p=1'),
    argon2Of('m=19456,t=99,p=1'),
  ]
  const file = join(folder, 'accounts.jsonl')
  const lines = [...bearable, ...costly].map((hash, n) => ({ id: `member-${n}`, password: hash }))
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  const settings = { DATABASE_URL: `sqlite:${join(folder, 'gate.sqlite')}` }

  assert.equal((await qrgate(['migrate'], settings, folder)).code, 0)
  const { code, out, err } = await qrgate(['account', 'import', file], settings, folder)
  assert.equal(code, 2, 'somebody was left out')
  assert.match(out, new RegExp(`^Added ${bearable.length}, .*skipped ${costly.length}\\.$`, 'm'))
  const sentences = err.split('\n').filter(line => line.includes('skipped'))
  assert.equal(sentences.length, costly.length, err)
  for (const sentence of sentences) {
    assert.match(sentence, /\b(costs?|costly|slow|expensive|memory|work)\b/, sentence)
    assert.ok(!sentence.includes('$'), 'no hash is repeated')
  }
})
