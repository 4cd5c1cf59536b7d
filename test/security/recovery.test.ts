import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { createAccountAdmin } from '../../server/src/accounts/account-admin.ts'
import { createPasswordHasher } from '../../server/src/accounts/password.ts'
import { createRecoveries } from '../../server/src/accounts/recovery.ts'
import { type Clock, createClock } from '../../server/src/clock.ts'
import { Refusal } from '../../server/src/errors.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { logOf } from '../conformance/rows.ts'
import { type Gate, startGate, temporaryFolder } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { enter } from '../support/owner.ts'
import { Phone } from '../support/phone.ts'
import { erasureIn } from '../support/stored.ts'

const [before, chosen] = ['correct horse battery', 'another horse entirely']
const minute = 60_000

/** One gate for all that moves no clock and does not spend what its network may do. */
const gate = await startGate({ after } as TestContext)
const passwords = await createPasswordHasher(60_000)
let people = 0

/** Beside a gate whose clock may have been moved. */
function adminOf({ app: { store } }: Gate, clock: Clock = createClock()) {
  const records = store.accounts
  return createAccountAdmin({ records, passwords, siteNames: [], clock, randomBytes })
}

/** Somebody with an account, a phone that is remembered, and a link. */
async function lost(at: Gate = gate, clock?: Clock) {
  people += 1
  const [phone, id] = [new Phone(at.url), `gildong-${people}`]
  const signIn = await new Kiosk(at.url).start()
  await phone.scan(signIn.frame.url)
  const fields = { account: id, name: '홍길동', password: before, remember: 'on' }
  assert.equal((await phone.post(`/s/${signIn.id}/sign-up`, fields)).status, 200)
  const admin = adminOf(at, clock)
  const account = (await admin.byId(id)) ?? assert.fail()
  const begin = async () => `/recover/${await admin.beginRecovery(account, system)}`
  const row = async () => (await at.app.store.accounts.byKey(account.key)) ?? assert.fail()
  return { phone, id, signIn, account, admin, begin, row, path: await begin() }
}

/** A browser that has opened a link. */
async function opened(path: string, at: Gate = gate) {
  const browser = new Phone(at.url)
  await browser.get(path)
  const set = (password: string) => browser.post(path, { password }, 'text/html')
  return { browser, set }
}

/** @returns the status of a sign-in with it. */
async function signIn(id: string, password: string, at: Gate = gate): Promise<number> {
  const phone = new Phone(at.url)
  const { frame, id: of } = await new Kiosk(at.url).start()
  await phone.scan(frame.url)
  return (await phone.signIn(of, id, password)).status
}

async function eventsOf(key: string, { app: { store } }: Gate = gate): Promise<string[]> {
  return (await logOf(store, key)).map(({ event }) => `${event}`)
}

const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code

test('opening a recovery link changes nothing, and shows the id masked', async () => {
  const { id, path, row } = await lost()
  assert.match(path, /^\/recover\/[\w-]{43}$/)
  const was = await row()
  for (const method of ['GET', 'HEAD', 'GET']) {
    const page = await new Phone(gate.url).get(path, 'text/html', method)
    assert.equal(page.status, 200)
    if (method === 'HEAD') continue
    const text = await page.text()
    assert.match(text, /autocomplete="new-password"/)
    assert.ok(text.includes(`${id.slice(0, 2)}***${id.slice(-2)}`) && !text.includes(id))
    assert.equal(page.headers.get('cache-control'), 'no-store')
  }
  assert.deepEqual(await row(), was)
  assert.equal(await signIn(id, before), 200)
})

test('N05 S047: a recovery sets the password, and ends what was begun with the old one', async () => {
  const { phone, id, signIn: approved, account, path, row } = await lost()
  const { browser, set } = await opened(path)
  const done = await set(chosen)
  assert.deepEqual([done.status, done.headers.get('location')], [303, path])
  assert.match(await (await browser.get(path)).text(), /Your new password is set/)
  assert.deepEqual([await signIn(id, before), await signIn(id, chosen)], [401, 200])

  assert.equal((await row()).epoch, account.epoch + 1)
  const again = await new Kiosk(gate.url).start()
  const { receipt } = await phone.open(again.frame.url)
  assert.equal(await codeOf(await phone.approve(again.id, receipt)), 'phone_forgotten')
  const late = await new Kiosk(gate.url).claim(approved)
  assert.equal(late.status, 403, 'nor is what was approved before it claimed')
  assert.deepEqual((await eventsOf(account.key)).slice(-2), [
    'account.recovery_begun',
    'account.recovered',
  ])
})

test('a recovery link that is used, void, too old or made up: one page, and one refusal', async t => {
  const own = await startGate(t)
  const real = createClock()
  let passed = 0
  const clock = () => real() + passed
  const used = await lost(own, clock)
  await (await opened(used.path, own)).set(chosen)
  const older = await lost(own, clock)
  const newer = await older.begin()
  const disabled = await lost(own, clock)
  await disabled.admin.disable(disabled.account, system)
  await disabled.admin.enable(disabled.account, system)
  const changed = await lost(own, clock)
  await changed.admin.changePassword(changed.account, 'an operator chose this', system)
  const erased = await lost(own, clock)
  await erasureIn(own.app.store).erase(erased.account, system)
  const tooOld = await lost(own, clock)
  own.passTime(30 * minute)
  passed += 30 * minute
  const fresh = await lost(own, clock)
  const void_ = {
    used: used.path,
    older: older.path,
    disabled: disabled.path,
    changed: changed.path,
    erased: erased.path,
    'too old': tooOld.path,
    'too old, the newer': newer,
    'made up': `/recover/${'A'.repeat(43)}`,
    mistyped: fresh.path.slice(0, -1),
    longer: `${fresh.path}A`,
    'very long': `/recover/${'A'.repeat(2000)}`,
  }
  const pages = new Set<string>()
  for (const [what, path] of Object.entries(void_)) {
    const browser = new Phone(own.url)
    const page = await browser.get(path)
    const sent = await browser.post(path, { password: 'whatever they type' }, 'text/html')
    assert.deepEqual([page.status, sent.status], [410, 410], what)
    for (const answer of [page, sent]) pages.add(await answer.text())
    assert.equal(await codeOf(await browser.get(path, 'application/json')), 'link_used', what)
  }
  pages.add(await (await new Phone(own.url).get('/recover')).text())
  assert.equal(pages.size, 1)
  assert.match([...pages].join(), /This link was used or is too old/)
  assert.equal((await fresh.row()).passwordHash, fresh.account.passwordHash)
  assert.equal(await signIn(tooOld.id, before, own), 200, 'the old password works until then')
  assert.equal((await (await opened(fresh.path, own)).set(chosen)).status, 303)
})

test('a new recovery link voids the one before, and works itself', async () => {
  const { path, begin, id } = await lost()
  const newer = await begin()
  assert.equal((await (await opened(path)).set(chosen)).status, 410)
  assert.equal((await (await opened(newer)).set(chosen)).status, 303)
  assert.equal(await signIn(id, chosen), 200)
})

test('N41: an answer that was lost loses no recovery: for a minute the same browser is told again', async t => {
  const own = await startGate(t)
  const { account, path, row } = await lost(own)
  const { browser, set } = await opened(path, own)
  await set(chosen)
  const was = await row()
  assert.equal((await set(chosen)).status, 303)
  assert.match(await (await browser.get(path)).text(), /Your new password is set/)
  for (const second of ['yet another horse', 'short']) {
    assert.equal((await set(second)).status, 410, 'a second password is none')
  }
  assert.equal((await (await opened(path, own)).set(chosen)).status, 410, 'in another browser')
  const bare = new Phone(own.url)
  assert.equal((await bare.post(path, { password: chosen }, 'text/html')).status, 410)
  assert.deepEqual(await row(), was)
  own.passTime(minute)
  assert.equal((await set(chosen)).status, 410)
  assert.equal((await browser.get(path)).status, 410)
  const recovered = (await eventsOf(account.key, own)).filter(e => e === 'account.recovered')
  assert.equal(recovered.length, 1)
})

test('a browser that keeps no cookies recovers once', async () => {
  const { id, path } = await lost()
  const send = () => new Phone(gate.url).post(path, { password: chosen }, 'text/html')
  assert.deepEqual([(await send()).status, (await send()).status], [303, 410])
  assert.equal(await signIn(id, chosen), 200)
})

test('S081: of many who use a recovery link at once one sets the password; sent twice, it is done once', async () => {
  const { account, id, path, row } = await lost()
  const browsers = await Promise.all(Array.from({ length: 3 }, () => opened(path)))
  const answers = await Promise.all(
    browsers.map(({ set }, n) => set(`${chosen} ${n}`).then(({ status }) => status)),
  )
  assert.deepEqual(answers.toSorted(), [303, 410, 410])
  assert.equal(await signIn(id, `${chosen} ${answers.indexOf(303)}`), 200)
  assert.equal((await row()).epoch, account.epoch + 1)

  const twice = await lost()
  const { set } = await opened(twice.path)
  const both = await Promise.all([set(chosen), set(chosen)])
  assert.deepEqual(
    both.map(({ status }) => status),
    [303, 303],
  )
  assert.equal((await twice.row()).epoch, twice.account.epoch + 1)
})

test('N41: a recovery whose commit had no answer is done once', async () => {
  const { account, path, row } = await lost()
  const { accounts } = gate.app.store
  const records: typeof accounts = {
    ...accounts,
    update: async (key, decide) => {
      await accounts.update(key, decide)
      return accounts.update(key, decide)
    },
  }
  const parts = { records, passwords, siteNames: [], clock: createClock() }
  const [, , link = ''] = path.split('/')
  await createRecoveries(parts).recover({ link, browser: '' }, chosen, '127.0.0.1')
  assert.equal((await row()).epoch, account.epoch + 1)
  assert.equal((await eventsOf(account.key)).filter(e => e === 'account.recovered').length, 1)
})

test('S050 S051: a password that is none leaves the form, and the recovery link good', async () => {
  const { id, path } = await lost()
  const { set } = await opened(path)
  for (const [password, words] of [
    ['short', /8 characters/],
    ['password1', /guess/],
    [id, /guess/],
    ['x'.repeat(2000), /too long/],
  ] as const) {
    const answer = await set(password)
    const page = await answer.text()
    assert.equal(answer.status, 422, password)
    assert.match(page, words)
    assert.ok(page.includes('aria-invalid="true"') && !page.includes(password))
  }
  assert.equal((await set(chosen)).status, 303)
})

test('S056: a recovery is sent by its own page alone', async () => {
  const { path, row, account } = await lost()
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: gate.url, 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
  ] as Record<string, string>[]) {
    const answer = await new Phone(gate.url, headers).post(path, { password: chosen })
    assert.equal(await codeOf(answer), 'cross_site')
  }
  assert.deepEqual((await row()).passwordHash, account.passwordHash)
})

test('S045: a network that sends recoveries without end is told to wait, and opening one is still free', async t => {
  const own = await startGate(t)
  const { path } = await lost(own)
  const { browser, set } = await opened('/recover/none', own)
  for (let tries = 0; tries < 30; tries += 1) assert.equal((await set('x')).status, 410)
  const late = await browser.post(path, { password: chosen })
  assert.deepEqual([late.status, await codeOf(late)], [429, 'too_many'])
  assert.ok(Number(late.headers.get('retry-after')) > 0)
  assert.equal((await browser.get(path)).status, 200)
})

test('a clock that is set back gives a recovery link no more time than it had', async t => {
  const own = await startGate(t)
  const { path } = await lost(own)
  own.passTime(-2 * minute)
  assert.equal((await (await opened(path, own)).set(chosen)).status, 410)
})

test('S130: no recovery link is written anywhere, fresh or used', async t => {
  const folder = temporaryFolder(t)
  const own = await startGate(t, { DATABASE_URL: `sqlite:${folder}/gate.sqlite` })
  const { path } = await lost(own)
  const [, , link = ''] = path.split('/')
  const written = () => {
    const files = readdirSync(folder).map(name => readFileSync(join(folder, name), 'latin1'))
    return own.log() + files.join()
  }
  assert.ok(written().includes('account.recovery_begun'))
  assert.ok(!written().includes(link))
  await (await opened(path, own)).set(chosen)
  assert.ok(written().includes('account.recovered'))
  assert.ok(!written().includes(link))
})

test('S134: whose owner wants it gone is recovered by no link, of before or of then, fresh or used', async () => {
  const refused = new Refusal('account_unusable')
  for (const isUsed of [false, true]) {
    const { id, path, admin, account, row } = await lost()
    const { set } = await opened(path)
    if (isUsed) assert.equal((await set(chosen)).status, 303)
    const owner = new Phone(gate.url)
    assert.equal((await enter(owner, id, isUsed ? chosen : before)).status, 303)
    assert.equal((await owner.post('/me/delete', { account: id }, 'text/html')).status, 200)
    const was = await row()
    assert.ok(was.deleteAt)
    for (const password of [chosen, 'a third horse by now']) {
      assert.equal((await set(password)).status, 410, password)
    }
    assert.equal((await new Phone(gate.url).get(path)).status, 410)
    await assert.rejects(admin.beginRecovery(account, system), refused)
    assert.deepEqual(await row(), was)
    // Nor by one of before where an operator brings it back.
    await admin.enable(account, system)
    assert.equal((await set(chosen)).status, 410)
  }
})

test('who is disabled or gone is given no recovery link', async () => {
  const { admin, account } = await lost()
  const refused = new Refusal('account_unusable')
  await admin.disable(account, system)
  await assert.rejects(admin.beginRecovery(account, system), refused)
  await erasureIn(gate.app.store).erase(account, system)
  await assert.rejects(admin.beginRecovery(account, system), refused)
})

test('no page leads to a recovery, and each speaks the visitor’s language', async () => {
  const { path } = await lost()
  const phone = new Phone(gate.url, { 'accept-language': 'ko' })
  for (const page of ['/', '/code', (await new Kiosk(gate.url).start()).frame.url]) {
    const { pathname } = new URL(page, gate.url)
    assert.doesNotMatch(await (await phone.get(pathname)).text(), /recover/)
  }
  const page = await (await phone.get(path)).text()
  assert.match(page, /새 비밀번호를 정해 주세요/)
  assert.match(await (await phone.get('/recover/none')).text(), /이미 사용했거나 오래된 링크입니다/)
})
