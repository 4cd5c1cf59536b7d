import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { attack } from '../support/attack.ts'
import { alter, eventsOf, stored } from '../support/database.ts'
import { inBatches } from '../support/in-batches.ts'
import { until } from '../support/patience.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

const { password } = visitor
const limitless = {
  QRGATE_TRIES_PER_SIGN_IN: '1000000',
  QRGATE_FAILURES_PER_ACCOUNT: '1000',
  QRGATE_FAILURES_PER_ACCOUNT_DAY: '100000',
  QRGATE_FAILURES_PER_NETWORK: '1000000',
}

attack(
  'S048 an unknown, a disabled and a mistaken visitor get the same bytes',
  async gate => {
    // What is left of the sign-in's time stands on its pages.
    gate.holdTime()
    await addAccount(gate)
    await addAccount(gate, 'disabled')
    alter(gate.dataDir, 'UPDATE accounts SET disabled_at = 1 WHERE id = ?', 'disabled')
    await addAccount(gate, 'broken')
    alter(gate.dataDir, "UPDATE accounts SET password_hash = '$argon2id$x' WHERE id = 'broken'")
    const { phone, kiosk, signIn, id } = await scannedSignIn(gate)
    const client = new SeedClient(gate.url)
    const token = await client.start()
    const tries: [string, string][] = [
      [visitor.id, 'wrong password'],
      ['nobody', password],
      ['disabled', password],
      ['broken', password],
      ['', ''],
      ['not an id at all!', password],
      [visitor.id, 'x'.repeat(1_025)],
    ]
    const all = async (answer: Response) => {
      const headers = [...answer.headers].filter(([name]) => name !== 'date')
      return JSON.stringify([answer.status, headers, await answer.text()])
    }
    const v1 = new Set<string>()
    const seed = new Set<string>()
    const pages = new Set<string>()
    for (const [account, pwd] of tries) {
      v1.add(await all(await phone.signIn(id, account, pwd)))
      seed.add(await all(await client.auth(token, account, pwd)))
      const page = await phone.post(`/s/${id}/sign-in`, { account, password: pwd }, 'text/html')
      assert.equal(page.status, 401)
      pages.add((await page.text()).replace(/ value="[^"]*"/g, ''))
    }
    assert.deepEqual([v1.size, seed.size, pages.size], [1, 1, 1])
    assert.match([...v1].join(), /^\[401,.*wrong_credentials/)
    assert.equal((await kiosk.view(signIn)).state, 'scanned')
    assert.deepEqual(eventsOf(gate.dataDir, id), ['sign_in.scanned'])
  },
  { settings: limitless },
)

attack('S050 a password is right to the letter and in any composition', async gate => {
  const client = new SeedClient(gate.url)
  const prefix = 'p'.repeat(72)
  const right: Record<string, string> = {
    'trailing-space': 'correct horse ',
    case: 'Correct Horse',
    'long-prefix': `${prefix}1`,
    nul: 'before\u0000after',
    emoji: '👩‍🔬🇰🇷 비밀번호',
    hangul: '비밀번호가나다',
    long: 'k'.repeat(1_024),
    short: 's',
  }
  const wrong: Record<string, string[]> = {
    'trailing-space': ['correct horse', ' correct horse ', 'correct horse  '],
    case: ['correct horse', 'CORRECT HORSE'],
    'long-prefix': [prefix, `${prefix}2`, `${prefix}11`],
    nul: ['before', 'before\u0000', 'beforeafter'],
    emoji: ['👩🔬🇰🇷 비밀번호'],
    hangul: ['비밀번호가나'],
    long: ['k'.repeat(1_023), 'k'.repeat(1_025)],
    short: ['', 'S'],
  }
  const statusOf = async (account: string, pwd: string) => {
    return (await client.auth(await client.start(), account, pwd)).status
  }
  for (const [account, pwd] of Object.entries(right)) {
    assert.deepEqual(await (await client.insert(account, pwd)).json(), { success: true })
    for (const guess of wrong[account] ?? []) assert.equal(await statusOf(account, guess), 401)
    assert.equal(await statusOf(account, pwd), 200, account)
    assert.equal(await statusOf(account, pwd.normalize('NFD')), 200, `${account}, decomposed`)
  }
  const { phone, id } = await scannedSignIn(gate)
  const tooLong = await phone.signUp(id, 'longer', '', 'k'.repeat(1_025))
  assert.equal(tooLong.status, 422)
  assert.ok(!stored(gate.dataDir).accounts?.some(row => JSON.stringify(row).includes('longer')))
})

attack(
  'S054 two hundred visitors at once neither stop the gate nor get lost',
  async gate => {
    await addAccount(gate)
    const client = new SeedClient(gate.url)
    const tokens = await Promise.all(Array.from({ length: 200 }, () => client.start()))
    let waiting = tokens.length
    const visits = tokens.map(async token => {
      let answer = await client.auth(token, visitor.id, password)
      // A slow machine asks some of them to come back.
      while (answer.status === 503) answer = await client.auth(token, visitor.id, password)
      waiting -= 1
      return answer.status
    })
    await until('the first is in', () => waiting < tokens.length, 1)
    for (let probe = 0; probe < 5; probe += 1) {
      assert.equal((await fetch(`${gate.url}/healthz`)).status, 200)
      assert.ok(waiting > 0, 'a probe had to wait for all of them')
    }
    assert.deepEqual(new Set(await Promise.all(visits)), new Set([200]))
    assert.equal(stored(gate.dataDir).sign_ins?.length, 200)
  },
  { busy: true, settings: { ...limitless, QRGATE_HASH_WAIT_SECONDS: '10' } },
)

attack(
  'S054 beyond the queue visitors are told to come back, and do get in',
  async gate => {
    await addAccount(gate)
    // As another system has kept it, and dear to check.
    const passwordHash = await bcrypt(password, 12)
    alter(gate.dataDir, 'UPDATE accounts SET password_hash = ?', passwordHash)
    const client = new SeedClient(gate.url)
    const many = 20 * availableParallelism()
    const tokens = await Promise.all(Array.from({ length: many }, () => client.start()))
    const first = await Promise.all(tokens.map(t => client.auth(t, visitor.id, password)))
    const busy = first.filter(answer => answer.status === 503)
    const done = first.filter(answer => answer.status === 200)
    assert.ok(busy.length >= many / 2, `${busy.length} were sent away`)
    assert.equal(busy.length + done.length, many)
    for (const answer of busy) {
      assert.ok(Number(answer.headers.get('retry-after')) >= 1)
      assert.equal(((await answer.json()) as { code: string }).code, 'busy')
    }
    assert.equal(stored(gate.dataDir).sign_ins?.length, done.length, 'nothing half done')
    const left = tokens.filter((_, n) => first[n]?.status === 503)
    const retried = await inBatches(left, 4, async token => {
      return (await client.auth(token, visitor.id, password)).status
    })
    assert.deepEqual(new Set(retried), new Set([200]))
  },
  { busy: true, settings: { ...limitless, QRGATE_HASH_WAIT_SECONDS: '1' } },
)

attack(
  'S054 the phone page asks to try again when too much waits, and keeps what was typed',
  async gate => {
    await addAccount(gate)
    const { phone, id } = await scannedSignIn(gate)
    let over = false
    // Two may wait for one sign-in, and whoever leaves the queue comes again.
    const others = Array.from({ length: 8 }, async () => {
      while (!over) await phone.signIn(id, 'nobody', 'wrong')
    })
    const wrong = { account: visitor.id, password: 'wrong password' }
    let page = await phone.post(`/s/${id}/sign-in`, wrong, 'text/html')
    await until('too much waits', async () => {
      page = await phone.post(`/s/${id}/sign-in`, wrong, 'text/html')
      return page.status === 503
    })
    assert.ok(Number(page.headers.get('retry-after')) >= 1)
    const text = await page.text()
    assert.match(text, /value="hong"/)
    assert.ok(!text.includes(wrong.password))
    over = true
    await Promise.all(others)
    assert.equal((await phone.signIn(id, visitor.id, password)).status, 200)
  },
  { busy: true, settings: limitless },
)
