import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Answers } from '../support/answers.ts'
import { inBatches } from '../support/in-batches.ts'
import { password } from '../support/production.ts'
import { addressOf, householdOf, type Site, startSite } from '../support/site.ts'
import { scannedBy, visit, whole } from '../support/under-attack.ts'

/** More ids than any memory of counts holds. */
const flood = whole ? 110_000 : 1_000
/** What a gate may grow by while it is flooded: its counts, and what a busy process leaves lying. */
const mostGrowth = 96 * 1024 * 1024

const victimsNetwork = addressOf(60_000)

/** Made-up ids from one network, ten to a sign-in, so that no sign-in is what stops them. */
async function inventIds(site: Site, from: string, count: number, what: string, answers: Answers) {
  const client = site.client(from)
  await inBatches(Array.from({ length: Math.ceil(count / 10) }), 32, async (_, n) => {
    const token = await client.start()
    for (let id = 0; id < 10; id += 1) {
      await answers.add(client.auth(token, `nobody-${what}-${n}-${id}`, 'a guess'))
    }
  })
}

test('N06 a flood of ids that nobody has makes the gate forget no count, and grow little', async t => {
  // Wrong passwords that an address has in one window; a slice of the flood takes a slice of it.
  const perNetwork = whole ? 300 : 30
  const env = { QRGATE_SEED_API: '1', QRGATE_FAILURES_PER_NETWORK: `${perNetwork}` }
  const site = await startSite(t, { env })
  await site.addAccounts(['hong', 'kim'])
  const kiosk = await site.kiosk(addressOf(1))
  const [node] = site.nodes
  assert.ok(node)

  const guess = async (secret: string) => {
    const answers = new Answers()
    return answers.add(site.client(victimsNetwork).signIn('hong', secret))
  }
  for (let n = 0; n < 10; n += 1) assert.equal(await guess(`guess ${n}`), 'wrong_credentials')
  assert.equal(await guess('guess 11'), 'too_many_tries')
  const { phone, id } = await scannedBy(site.phone(addressOf(2)), kiosk)
  for (let n = 0; n < 10; n += 1) await phone.signIn(id, 'kim', `guess ${n}`)

  const answers = new Answers()
  await inventIds(site, addressOf(3), whole ? 2_000 : 300, 'warm', answers)
  const before = node.residentBytes()
  // From one network that has used up what it has, then one from each of many.
  await inventIds(site, addressOf(3), flood, 'one', answers)
  const growth = node.residentBytes() - before
  await inBatches(Array.from({ length: flood / 20 }), 200, async (_, n) => {
    const from = n % 2 === 0 ? addressOf(n) : householdOf(n)
    await answers.add(site.client(from).signIn(`nobody-many-${n}`, 'a guess'))
  })
  t.diagnostic(`${answers}; grown by ${Math.round(growth / 1024 / 1024)} MiB`)
  assert.ok(answers.count('too_many_tries') > flood / 2, `${answers}`)
  assert.equal(await guess('guess 12'), 'too_many_tries')
  assert.equal(await guess(password), 'too_many_tries')
  const eleventh = new Answers().add(phone.signIn(id, 'kim', password))
  assert.equal(await eleventh, 'too_many_tries')
  // Whoever comes now has a sign-in of their own, and all its tries.
  assert.equal((await site.client(addressOf(4)).signIn('hong', password)).status, 200)
  await visit({ kiosk, phone: site.phone(victimsNetwork), account: 'hong' })
  assert.ok(growth < mostGrowth, `grown by ${growth} bytes`)
  await site.assertUnharmed()
})

test('N06 more sign-ins than a memory holds leave each new one its tries, and no more', {
  skip: !whole,
}, async t => {
  const env = {
    QRGATE_SEED_API: '1',
    QRGATE_FAILURES_PER_NETWORK: '1',
    QRGATE_TRIES_PER_SIGN_IN: '1',
  }
  const site = await startSite(t, { env })
  await site.addAccounts(['hong'])
  const answers = new Answers()
  await inBatches(Array.from({ length: 21_000 }), 32, async (_, n) => {
    await answers.add(site.client(addressOf(3)).signIn(`nobody-${n}`, 'a guess'))
  })
  t.diagnostic(`${answers}`)
  for (let n = 10; n < 15; n += 1) {
    const newcomer = site.client(addressOf(n))
    const token = await newcomer.start()
    const tries = new Answers()
    assert.equal(await tries.add(newcomer.auth(token, `late-${n}`, 'a guess')), 'wrong_credentials')
    assert.equal(await tries.add(newcomer.auth(token, 'hong', password)), 'too_many_tries')
    const other = site.client(addressOf(n + 100))
    assert.equal((await other.signIn('hong', password)).status, 200)
  }
  await site.assertUnharmed()
})
