import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { type TestContext, test } from 'node:test'
import { hash as bcrypt } from '@node-rs/bcrypt'
import type { Account } from '../../server/src/store/account.ts'
import { type Gate, type Settings, startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { SeedClient } from '../support/seed-client.ts'

const password = 'correct horse battery'

/** A gate with the account `hong` and a client for it. */
async function gateWithHong(t: TestContext, settings?: Settings) {
  const gate = await startGate(t, settings)
  const client = new SeedClient(gate.url)
  assert.equal((await client.insert('hong', password)).status, 200)
  return { gate, client }
}

async function hongOf({ app }: Gate): Promise<Account> {
  const account = await app.store.accounts.byIdKey('hong')
  assert.ok(account)
  return account
}

/** A phone that has scanned a fresh sign-in. */
async function scanned({ url }: Gate, headers?: Record<string, string>) {
  const kiosk = new Kiosk(url)
  const phone = new Phone(url, headers)
  const signIn = await kiosk.start()
  const { id } = await phone.scan(signIn.frame.url)
  return { kiosk, phone, signIn, id }
}

/** Changes an account beside the gate, as another node could. */
async function change({ app }: Gate, key: string, changed: Partial<Account>): Promise<void> {
  await app.store.accounts.update(key, old => {
    assert.ok(old)
    return { next: { ...old, ...changed }, events: [], quiet: true }
  })
}

async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { code?: string }).code ?? ''
}

async function statuses(count: number, ask: (number: number) => Promise<Response>) {
  const answers = await Promise.all(Array.from({ length: count }, (_, number) => ask(number)))
  const counted: Record<number, number> = {}
  for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1
  return counted
}

test('S045: of any number of guesses at one account ten are looked at, known or not', async t => {
  const { client } = await gateWithHong(t)
  for (const id of ['hong', 'nobody']) {
    const guesses = await statuses(60, number => client.signIn(id, `guess ${number}`))
    assert.deepEqual(guesses, { 401: 10, 429: 50 }, id)
  }
  const right = await client.signIn(' ＨＯＮＧ', password)
  assert.equal(right.status, 429)
  assert.ok(Number(right.headers.get('retry-after')) > 800)
  assert.ok(Number(right.headers.get('retry-after')) <= 900)
})

test('S045: guesses sprayed from one network are limited; who it is only a proxy may say', async t => {
  const spray = async (trusted: string) => {
    const settings = { QRGATE_FAILURES_PER_NETWORK: '5', QRGATE_TRUSTED_PROXIES: trusted }
    const gate = await startGate(t, settings)
    return statuses(12, number => {
      const headers = { 'x-forwarded-for': `198.51.100.${number}` }
      return new SeedClient(gate.url, headers).signIn(`user${number}`, 'guess')
    })
  }
  assert.deepEqual(await spray(''), { 401: 5, 429: 7 })
  assert.deepEqual(await spray('127.0.0.1'), { 401: 12 })
})

test('S045: the phone is told to wait, in a sentence, and the form is not lost', async t => {
  const { gate } = await gateWithHong(t, { QRGATE_FAILURES_PER_ACCOUNT: '1' })
  const { phone, id } = await scanned(gate, { 'accept-language': 'ko' })
  assert.equal((await phone.signIn(id, 'hong', 'wrong password')).status, 401)
  const refused = await phone.signIn(id, 'hong', password)
  assert.equal(refused.status, 429)
  assert.equal(await codeOf(refused), 'too_many_tries')
  const fields = { account: 'hong', password }
  const page = await phone.post(`/s/${id}/sign-in`, fields, 'text/html')
  assert.equal(page.status, 429)
  assert.ok(Number(page.headers.get('retry-after')) > 0)
  const text = await page.text()
  assert.match(text, /로그인 시도가 너무 많았습니다/)
  assert.match(text, /value="hong"/)
})

test('S045: sign-up is no way around the limit', async t => {
  const { gate } = await gateWithHong(t)
  const { phone, id } = await scanned(gate)
  const seen = []
  for (let number = 0; number < 30; number += 1) {
    seen.push((await phone.signUp(id, 'hong', '', `guess no. ${number}`)).status)
  }
  assert.deepEqual(seen, [...Array(10).fill(409), ...Array(20).fill(429)])
})

test('N14: whoever asks at sign-up which ids are taken pays for it over all their scans', async t => {
  const { gate } = await gateWithHong(t, { QRGATE_FAILURES_PER_NETWORK: '5' })
  gate.holdTime()
  const asked = await statuses(8, async n => {
    const { phone, id } = await scanned(gate)
    return phone.signUp(id, 'hong', '', `long and new, no. ${n}`)
  })
  assert.deepEqual(asked, { 409: 5, 429: 3 })
})

test('S047: where registration is closed nobody signs up, and no id or password is looked at', async t => {
  const { gate } = await gateWithHong(t, { QRGATE_REGISTRATION: 'closed' })
  const looked = t.mock.method(gate.app.store.accounts, 'byIdKey').mock
  const { phone, id } = await scanned(gate)
  for (const account of ['hong', 'somebody-new']) {
    const refused = await phone.signUp(id, account, '홍길동', password)
    assert.equal(refused.status, 403)
    assert.equal(await codeOf(refused), 'registration_closed')
  }
  assert.equal(looked.callCount(), 0)
  assert.equal((await phone.state(id)).body.state, 'scanned')
  assert.equal((await phone.signIn(id, 'somebody-new', password)).status, 401)
})

test('S046: a victim of guesses waits for one window and no longer', async t => {
  const { gate, client } = await gateWithHong(t, { QRGATE_FAILURES_PER_ACCOUNT: '2' })
  gate.holdTime()
  assert.deepEqual(await statuses(5, () => client.signIn('hong', 'guess')), { 401: 2, 429: 3 })
  gate.passTime(899_000)
  assert.equal((await client.signIn('hong', password)).status, 429)
  gate.passTime(1_000)
  assert.equal((await client.signIn('hong', password)).status, 200)
})

test('S046: whoever guesses elsewhere locks nobody out where they have signed in', async t => {
  const { gate } = await gateWithHong(t, {
    // Of these, strangers may use up three.
    QRGATE_FAILURES_PER_ACCOUNT_DAY: '5',
    QRGATE_TRUSTED_PROXIES: '127.0.0.1',
  })
  const signIn = (address: string, secret: string) =>
    new SeedClient(gate.url, { 'x-forwarded-for': address }).signIn('hong', secret)
  assert.equal((await signIn('203.0.113.7', password)).status, 200)
  const guesses = await statuses(6, number => signIn(`198.51.100.${number}`, 'guess'))
  assert.deepEqual(guesses, { 401: 3, 429: 3 })
  assert.equal((await signIn('198.51.100.200', password)).status, 429)
  assert.equal((await signIn('203.0.113.7', password)).status, 200)
})

test('S106: signing in with an account of one’s own resets no budget', async t => {
  const { client } = await gateWithHong(t, { QRGATE_FAILURES_PER_NETWORK: '4' })
  await client.insert('mallory', password)
  const guess = () => client.signIn('hong', 'guess').then(({ status }) => status)
  const seen = []
  for (let round = 0; round < 6; round += 1) {
    seen.push(await guess())
    if (round < 4) await client.signIn('mallory', password)
  }
  assert.deepEqual(seen, [401, 401, 401, 401, 429, 429])
})

test('S047: a disabled account gets nowhere, on whichever path', async t => {
  const { gate, client } = await gateWithHong(t)
  const hong = await hongOf(gate)
  const switchOff = () => change(gate, hong.key, { disabledAt: 1 })
  const paths: Record<string, () => Promise<[number, string]>> = {
    seed: async () => {
      await switchOff()
      const answer = await client.signIn('hong', password)
      return [answer.status, await codeOf(answer)]
    },
    'sign-in on the phone': async () => {
      const { phone, id } = await scanned(gate)
      await switchOff()
      const answer = await phone.signIn(id, 'hong', password)
      return [answer.status, await codeOf(answer)]
    },
    'sign-up repeated': async () => {
      const { phone, id } = await scanned(gate)
      await switchOff()
      const answer = await phone.signUp(id, 'hong', '', password)
      return [answer.status, await codeOf(answer)]
    },
    'sign-in disabled while it waits for its hash': async () => {
      const { phone, id } = await scanned(gate)
      const waiting = phone.signIn(id, 'hong', password)
      await switchOff()
      const answer = await waiting
      return [answer.status, await codeOf(answer)]
    },
    'claim of what was approved before': async () => {
      const { kiosk, phone, signIn, id } = await scanned(gate)
      assert.equal((await phone.signIn(id, 'hong', password)).status, 200)
      await switchOff()
      const answer = await kiosk.claim(signIn)
      return [answer.status, await codeOf(answer)]
    },
    'claim repeated': async () => {
      const { kiosk, phone, signIn, id } = await scanned(gate)
      assert.equal((await phone.signIn(id, 'hong', password)).status, 200)
      await kiosk.claimed(signIn)
      await switchOff()
      const answer = await kiosk.claim(signIn)
      return [answer.status, await codeOf(answer)]
    },
  }
  const seen: Record<string, unknown> = {}
  for (const [path, attempt] of Object.entries(paths)) {
    await change(gate, hong.key, { disabledAt: null })
    seen[path] = await attempt()
  }
  assert.deepEqual(seen, {
    seed: [401, 'wrong_credentials'],
    'sign-in on the phone': [401, 'wrong_credentials'],
    'sign-up repeated': [409, 'account_exists'],
    'sign-in disabled while it waits for its hash': [401, 'wrong_credentials'],
    'claim of what was approved before': [403, 'account_unusable'],
    'claim repeated': [403, 'account_unusable'],
  })
})

test('S048: unknown, wrong, disabled, unreadable and waiting answer the same, byte for byte', async t => {
  const { gate, client } = await gateWithHong(t, { QRGATE_FAILURES_PER_ACCOUNT: '4' })
  await client.insert('off', password)
  await client.insert('broken', password)
  const { accounts } = gate.app.store
  const [off, broken] = [await accounts.byIdKey('off'), await accounts.byIdKey('broken')]
  await change(gate, off?.key ?? '', { disabledAt: 1 })
  await change(gate, broken?.key ?? '', { passwordHash: '$2b$12$truncated' })

  const rightOnes = new Set(['off', 'broken'])
  const ids = ['hong', 'nobody', 'off', 'broken', 'no such\u0000id']
  const look = async (answer: Response) => {
    const headers = [...answer.headers].filter(([name]) => !['date', 'retry-after'].includes(name))
    return JSON.stringify([answer.status, headers, await answer.text()])
  }
  for (const expected of [401, 429]) {
    const looks = new Set<string>()
    for (const id of ids) {
      const secret = rightOnes.has(id) ? password : 'wrong password'
      const { phone, id: signIn } = await scanned(gate)
      looks.add(await look(await phone.signIn(signIn, id, secret)))
      assert.ok([...looks].every(one => one.startsWith(`[${expected},`)))
    }
    assert.equal(looks.size, 1, [...looks].join('\n'))
    const seedLooks = new Set<string>()
    for (const id of ids) {
      const secret = rightOnes.has(id) ? password : 'wrong password'
      seedLooks.add(await look(await client.signIn(id, secret)))
    }
    assert.equal(seedLooks.size, 1, [...seedLooks].join('\n'))
    for (const id of ids) await statuses(3, () => client.signIn(id, 'wrong password'))
  }
})

test('S049: an unknown id costs the same turn in the queue as a wrong password', async t => {
  const { client } = await gateWithHong(t, {
    QRGATE_FAILURES_PER_ACCOUNT: '1000',
    QRGATE_FAILURES_PER_ACCOUNT_DAY: '1000',
    QRGATE_FAILURES_PER_NETWORK: '1000',
    QRGATE_TRIES_PER_SIGN_IN: '1000',
  })
  const token = await client.start()
  for (const id of ['hong', 'nobody']) {
    const many = 30 * availableParallelism()
    const seen = await statuses(many, () => client.signIn(id, 'wrong password', token))
    assert.ok((seen[503] ?? 0) > 0, `${id} costs no hash: ${JSON.stringify(seen)}`)
    assert.equal((seen[503] ?? 0) + (seen[401] ?? 0), many)
  }
})

test('S050: only the same password matches, to the last byte and however it is composed', async t => {
  const gate = await startGate(t)
  const client = new SeedClient(gate.url)
  const long = 'x9'.repeat(36)
  const cases: [string, string[], string[]][] = [
    ['Correct Horse', ['Correct Horse'], ['Correct Horse ', 'correct horse', ' Correct Horse']],
    [`${long}1`, [`${long}1`], [long, `${long}2`]],
    ['before\0after', ['before\0after'], ['before', 'before\0']],
    ['가을하늘 🦊', ['가을하늘 🦊'.normalize('NFD'), '가을하늘\u3000🦊'], ['가을하늘🦊']],
    ['가'.repeat(1024), ['가'.repeat(1024).normalize('NFD')], ['가'.repeat(1025)]],
  ]
  for (const [index, [secret, same, others]] of cases.entries()) {
    assert.equal((await client.insert(`user${index}`, secret)).status, 200)
    for (const typed of same) {
      assert.equal((await client.signIn(`user${index}`, typed)).status, 200, `${index}`)
    }
    for (const typed of others) {
      assert.equal((await client.signIn(`user${index}`, typed)).status, 401, `${index}`)
    }
  }
})

test('S051: sign-up refuses what anybody would guess, and says so by the field', async t => {
  const gate = await startGate(t)
  const { phone, id } = await scanned(gate, { 'accept-language': 'en' })
  for (const guess of [
    'password',
    '12345678',
    '서울내과의원2026',
    'visitor_seven',
    'SeoulClinic1',
  ]) {
    const answer = await phone.signUp(id, 'visitor_seven', '', guess)
    assert.equal(answer.status, 422)
    assert.equal(await codeOf(answer), 'password_too_common')
  }
  const fields = { account: 'visitor_seven', name: '', password: 'password' }
  const page = await (await phone.post(`/s/${id}/sign-up`, fields, 'text/html')).text()
  assert.match(page, /This password is easy to guess/)
  assert.match(page, /<input id="password"[^>]*aria-invalid="true"/)
  assert.equal((await phone.signUp(id, 'visitor_seven', '', 'aaaabbbc')).status, 200)
})

test('S052: an id is taken with everything that equals it or looks like it', async t => {
  const gate = await startGate(t)
  const client = new SeedClient(gate.url)
  const insert = async (id: string) => {
    const answer = await client.insert(id, 'x')
    const { success } = (await answer.json()) as { success?: boolean }
    return answer.status === 200 ? success : answer.status
  }
  assert.equal(await insert('Paul'), true)
  for (const id of ['paul', 'PAUL', 'ｐａｕｌ', 'PauI', 'Pau1'])
    assert.equal(await insert(id), false, id)
  assert.equal(await insert('ѕсоре'), true)
  assert.equal(await insert('scope'), false)
  for (const id of ['pаul', 'pa\u200bul', '\u202epaul', 'pa\nul', '../', 'a'.repeat(65)]) {
    assert.equal(await insert(id), false, id)
  }
  assert.equal((await client.signIn('PAUL', 'x')).status, 200)
  assert.equal((await client.signIn('Pau1', 'x')).status, 401)
  const racing = await Promise.all(['racer', 'RACER', 'ｒａｃｅｒ', 'Racer'].map(insert))
  assert.deepEqual(racing.toSorted(), [false, false, false, true])

  const hostile = `"'><img/src=x>`
  const { phone, id } = await scanned(gate)
  const fields = { account: hostile, name: '', password: 'short' }
  const page = await (await phone.post(`/s/${id}/sign-up`, fields, 'text/html')).text()
  assert.ok(page.includes('&gt;&lt;img/src=x&gt;') && !page.includes('<img'))
})

test('S053: a bcrypt hash of the seed becomes argon2id at the first right password', async t => {
  const { gate, client } = await gateWithHong(t)
  const { key } = await hongOf(gate)
  const old = await bcrypt(password, 5)
  await change(gate, key, { passwordHash: old })
  assert.equal((await client.signIn('hong', 'wrong password')).status, 401)
  assert.equal((await hongOf(gate)).passwordHash, old)

  assert.deepEqual(await statuses(4, () => client.signIn('hong', password)), { 200: 4 })
  const { passwordHash } = await hongOf(gate)
  assert.match(passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal((await client.signIn('hong', password)).status, 200)
  assert.equal((await hongOf(gate)).passwordHash, passwordHash)
  assert.equal((await client.signIn('hong', 'wrong password')).status, 401)
})

test('S053: a password changed meanwhile is not overwritten, and a failed upgrade fails nobody', async t => {
  const { gate, client } = await gateWithHong(t)
  const { accounts } = gate.app.store
  const { key, passwordHash: newer } = await hongOf(gate)
  const old = await bcrypt('the old password', 4)
  await change(gate, key, { passwordHash: old })
  const { update } = accounts
  const meanwhile = t.mock.method(
    accounts,
    'update',
    async (...given: Parameters<typeof update>) => {
      meanwhile.mock.restore()
      await change(gate, key, { passwordHash: newer })
      return update(...given)
    },
  )
  assert.equal((await client.signIn('hong', 'the old password')).status, 200)
  assert.equal(meanwhile.mock.callCount(), 1)
  assert.equal((await hongOf(gate)).passwordHash, newer)

  await change(gate, key, { passwordHash: old })
  t.mock.method(accounts, 'update', async () => {
    throw new Error('the disk is full')
  })
  assert.equal((await client.signIn('hong', 'the old password')).status, 200)
  assert.equal((await hongOf(gate)).passwordHash, old)
  assert.match(gate.log(), /the disk is full/)
  assert.ok(!gate.log().includes(old))
})

test('S053: garbage in place of a hash is a wrong password, never an error', async t => {
  const { gate, client } = await gateWithHong(t, { QRGATE_FAILURES_PER_ACCOUNT: '100' })
  const { key, passwordHash } = await hongOf(gate)
  const old = await bcrypt(password, 4)
  const garbage = [
    '',
    password,
    old.slice(0, 30),
    old.replace('$04$', '$31$'),
    '\u0001',
    '$argon2id$',
  ]
  for (const hash of [
    ...garbage,
    passwordHash.slice(0, 60),
    passwordHash.replace('m=19456', 'm=9'),
  ]) {
    await change(gate, key, { passwordHash: hash })
    const answer = await client.signIn('hong', password)
    assert.equal(answer.status, 401, hash)
  }
})
