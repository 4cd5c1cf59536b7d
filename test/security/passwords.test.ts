import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { attack } from '../support/attack.ts'
import { alter, eventsOf, stored } from '../support/database.ts'
import { inBatches } from '../support/in-batches.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

const { password } = visitor

attack('S048 an unknown, a disabled and a mistaken visitor get the same bytes', async gate => {
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
  assert.deepEqual(eventsOf(gate.dataDir, id), ['scan'])
})

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
    let waiting = true
    const health: number[] = []
    const probe = (async () => {
      while (waiting) {
        const began = performance.now()
        await (await fetch(`${gate.url}/healthz`)).text()
        health.push(performance.now() - began)
        await sleep(20)
      }
    })()
    const answers = await Promise.all(tokens.map(t => client.auth(t, visitor.id, password)))
    waiting = false
    await probe
    assert.ok(answers.every(answer => answer.status === 200))
    assert.equal(stored(gate.dataDir).sign_ins?.length, 200)
    // The first probes stand behind the two hundred requests themselves, sent from this process.
    const sorted = health.slice(3).sort((a, b) => a - b)
    const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? 0
    assert.ok(health.length > 20 && p95 < 100, `${p95} ms, ${health.length} probes`)
  },
  { settings: { QRGATE_FAILURES_PER_ACCOUNT: '1000', QRGATE_FAILURES_PER_ACCOUNT_DAY: '1000' } },
)

attack(
  'S054 beyond the queue visitors are told to come back, and do get in',
  async gate => {
    await addAccount(gate)
    const client = new SeedClient(gate.url)
    const tokens = await Promise.all(Array.from({ length: 40 }, () => client.start()))
    const first = await Promise.all(tokens.map(t => client.auth(t, visitor.id, password)))
    const busy = first.filter(answer => answer.status === 503)
    const done = first.filter(answer => answer.status === 200)
    assert.ok(busy.length >= 20, `${busy.length} were sent away`)
    assert.equal(busy.length + done.length, 40)
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
  { busy: true, settings: { QRGATE_HASH_QUEUE: '8' } },
)

attack(
  'S054 the phone page asks to try again when the queue is full, and keeps what was typed',
  async gate => {
    await addAccount(gate)
    const { phone, id } = await scannedSignIn(gate)
    const client = new SeedClient(gate.url)
    const token = await client.start()
    const others = Array.from({ length: 8 }, () => client.auth(token, visitor.id, 'wrong'))
    await sleep(5)
    const fields = { account: visitor.id, password }
    const pages = await Promise.all(
      Array.from({ length: 6 }, () => phone.post(`/s/${id}/sign-in`, fields, 'text/html')),
    )
    await Promise.all(others)
    const busy = pages.filter(page => page.status === 503)
    assert.ok(busy.length > 0)
    for (const page of busy) {
      assert.ok(Number(page.headers.get('retry-after')) >= 1)
      const text = await page.text()
      assert.match(text, /value="hong"/)
      assert.ok(!text.includes(password))
    }
    assert.equal((await phone.signIn(id, visitor.id, password)).status, 200)
  },
  { busy: true, settings: { QRGATE_HASH_QUEUE: '2' } },
)
