import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, type TestContext, test } from 'node:test'
import { createAccountAdmin } from '../../server/src/accounts/account-admin.ts'
import { createPasswordHasher } from '../../server/src/accounts/password.ts'
import { createClock } from '../../server/src/clock.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { wholeLog } from '../conformance/rows.ts'
import { Authenticator } from '../support/authenticator.ts'
import { freePort, type Gate, startGate } from '../support/gate.ts'
import { handOffOf, startServed, visitAt } from '../support/hand-off-gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { enter, entered, isSignedOut, ownPage, ownPassword, visiting } from '../support/owner.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { erasureIn } from '../support/stored.ts'

/** Browsers make passkeys at localhost, and at no bare address. */
async function startLocal(t: TestContext): Promise<Gate> {
  const port = `${await freePort()}`
  return startGate(t, { PORT: port, PUBLIC_URL: `http://localhost:${port}` })
}

const gate = await startLocal({ after } as TestContext)
const minute = 60_000
const day = 86_400_000
const another = 'another horse entirely'

async function adminOf({ app: { store } }: Gate = gate) {
  return createAccountAdmin({
    ...{ records: store.accounts, passwords: await createPasswordHasher(60_000) },
    ...{ siteNames: [], clock: createClock(), randomBytes },
  })
}

/** What the log tells of an account. */
async function eventsOf(id: string, { app: { store } }: Gate = gate): Promise<string[]> {
  const account = await (await adminOf({ app: { store } } as Gate)).byId(id)
  const rows = await wholeLog(store, { account: account?.key ?? '' })
  return rows.map(({ event }) => event ?? '')
}

const press = (browser: Phone, path: string, fields: Record<string, string> = {}) =>
  browser.post(path, fields, 'text/html')

const named = (page: string, field: string) =>
  [...page.matchAll(new RegExp(`name="${field}" value="([^"]+)"`, 'g'))].map(
    ([, value]) => value ?? '',
  )

/** Makes a passkey right after the sign-up. */
async function withPasskey(at = gate) {
  const owner = await visiting(at)
  const page = await (await owner.phone.get(`/s/${owner.signIn.id}`)).text()
  const [, options = ''] = /data-options="([^"]*)"/.exec(page) ?? []
  const { challenge, rp, user } = JSON.parse(options.replaceAll('&quot;', '"'))
  const authenticator = new Authenticator()
  const asked = { challenge, rpId: rp.id, origin: at.url, userHandle: user.id }
  const credential = authenticator.create(asked)
  const made = await owner.phone.post(`/s/${owner.signIn.id}/passkeys`, { credential })
  assert.equal(made.status, 200, await made.text())
  return { ...owner, authenticator }
}

/** What the page of somebody's account asks the browser for. */
async function askedOf(browser: Phone) {
  const page = await ownPage(browser)
  const [, challenge = '', rpId = ''] =
    /data-passkey="([^"]*)" data-domain="([^"]*)"/.exec(page) ?? []
  return { challenge, rpId, origin: gate.url, visit: named(page, 'visit')[0] ?? '' }
}

test('a passkey opens the page once for each challenge, in the browser that asked', async () => {
  const { id, authenticator } = await withPasskey()
  const browser = new Phone(gate.url)
  const asked = await askedOf(browser)
  const fields = { visit: asked.visit, credential: authenticator.get(asked) }
  const thief = new Phone(gate.url)
  await thief.get('/me')
  assert.equal((await press(thief, '/me/passkey', fields)).status, 401)
  const other = { ...fields, visit: (await askedOf(thief)).visit }
  assert.equal((await press(browser, '/me/passkey', other)).status, 401)

  assert.equal((await press(browser, '/me/passkey', fields)).status, 303)
  assert.ok((await ownPage(browser)).includes(id))
  // The answer was lost: the same session, and no second one.
  const lost = browser.cookies
  assert.equal((await press(browser, '/me/passkey', fields)).status, 303)
  assert.equal(browser.cookies, lost)
  await press(browser, '/me/sign-out')
  assert.equal((await press(browser, '/me/passkey', fields)).status, 401)
  assert.ok(isSignedOut(await ownPage(browser)))
})

test('a challenge of a sign-in opens no account, and that of the page signs nobody in', async () => {
  const { authenticator, phone } = await withPasskey()
  const signIn = await new Kiosk(gate.url).start()
  const { page } = await phone.open(signIn.frame.url)
  await phone.scan(signIn.frame.url)
  const ofPage = await askedOf(phone)
  const wrong = { credential: authenticator.get(ofPage) }
  assert.equal((await phone.post(`/s/${signIn.id}/passkey`, wrong)).status, 401)
  const [, challenge = ''] = /data-passkey="([^"]*)"/.exec(page) ?? []
  const ofSignIn = { ...ofPage, challenge }
  for (const visit of [ofPage.visit, signIn.id.replaceAll('-', '').slice(0, 22)]) {
    const fields = { visit, credential: authenticator.get(ofSignIn) }
    assert.equal((await press(phone, '/me/passkey', fields)).status, 401)
  }
  const right = { credential: authenticator.get(ofSignIn) }
  assert.equal((await phone.post(`/s/${signIn.id}/passkey`, right)).status, 200)
})

test('passkeys are renamed and removed by their owner alone, and are good for nothing then', async () => {
  const { id, authenticator } = await withPasskey()
  const owner = await entered(gate, id)
  const [passkey = ''] = named(await ownPage(owner), 'passkey')
  assert.equal(passkey, authenticator.id)
  await press(owner, '/me/passkeys/rename', { passkey, name: '내 열쇠' })
  assert.ok((await ownPage(owner)).includes('내 열쇠'))

  const { id: theirs } = await visiting(gate)
  const stranger = await entered(gate, theirs)
  for (const act of ['rename', 'remove']) {
    const answer = await press(stranger, `/me/passkeys/${act}`, { passkey, name: 'mine' })
    assert.equal(answer.status, 404, act)
  }
  await press(owner, '/me/passkeys/remove', { passkey, name: '' })
  assert.deepEqual(named(await ownPage(owner), 'passkey'), [])
  const browser = new Phone(gate.url)
  const asked = await askedOf(browser)
  const fields = { visit: asked.visit, credential: authenticator.get(asked) }
  assert.equal((await press(browser, '/me/passkey', fields)).status, 401)
  const events = await eventsOf(id)
  assert.deepEqual(
    events.filter(event => event.startsWith('passkey.')),
    ['passkey.added', 'passkey.renamed', 'passkey.removed'],
  )
})

test('S117: a passkey is made on the page and removed there, and only right after a proof of who somebody is', async t => {
  const own = await startLocal(t)
  own.holdTime()
  const { id } = await visiting(own)
  const browser = await entered(own, id)
  const toMake = async () => {
    const page = await ownPage(browser)
    const [, options] = /data-make-passkey="([^"]*)"/.exec(page) ?? []
    if (options === undefined) return null
    const { challenge, rp, user } = JSON.parse(options.replaceAll('&quot;', '"'))
    const asked = { challenge, rpId: rp.id, origin: own.url, userHandle: user.id }
    const credential = new Authenticator().create(asked)
    return { visit: named(page, 'visit')[0] ?? '', credential }
  }
  const [first, late] = [await toMake(), await toMake()]
  assert.ok(first && late)
  assert.equal((await press(browser, '/me/passkeys', { ...first, visit: late.visit })).status, 401)
  for (let again = 0; again < 2; again += 1) {
    assert.equal((await press(browser, '/me/passkeys', first)).status, 303)
  }
  assert.equal(named(await ownPage(browser), 'passkey').length, 1)
  own.passTime(5 * minute)
  assert.equal(await toMake(), null)
  assert.equal((await press(browser, '/me/passkeys', late)).status, 403)

  const [passkey = ''] = named(await ownPage(browser), 'passkey')
  const refused = await press(browser, '/me/passkeys/remove', { passkey, name: '' })
  assert.equal(refused.status, 403)
  assert.ok(isSignedOut(await refused.text()))
  assert.deepEqual(named(await ownPage(browser), 'passkey'), [passkey])
  await entered(own, id, browser)
  await press(browser, '/me/passkeys/remove', { passkey, name: '' })
  assert.deepEqual(named(await ownPage(browser), 'passkey'), [])
})

test('a remembered phone is marked where it is this one, and forgotten by its owner alone', async () => {
  const { phone, id } = await visiting(gate, { remember: 'on' })
  const elsewhere = await entered(gate, id)
  assert.ok(!(await ownPage(elsewhere)).includes('class="here"'))
  await entered(gate, id, phone)
  const page = await ownPage(phone)
  assert.ok(page.includes('class="here"'))
  const [hash = ''] = named(page, 'phone')
  const stranger = await entered(gate, (await visiting(gate)).id)
  assert.equal((await press(stranger, '/me/phones/forget', { phone: hash })).status, 404)
  await press(phone, '/me/phones/forget', { phone: hash })
  assert.deepEqual(named(await ownPage(phone), 'phone'), [])
  assert.doesNotMatch(phone.cookies, /qrgate-remembered=[^;]/)
  assert.ok((await eventsOf(id)).includes('phone.forgotten'))
})

test('S057: a new password ends every session and phone, and begins another one here', async () => {
  const { id } = await visiting(gate, { remember: 'on' })
  const [browser, other] = [await entered(gate, id), await entered(gate, id)]
  assert.doesNotMatch(await ownPage(browser, '/me/password'), /name="current"/)
  const short = await press(browser, '/me/password', { password: 'short' })
  assert.equal(short.status, 422)
  const before = browser.cookies.split('; ')
  const changed = await press(browser, '/me/password', { password: another })
  assert.equal(changed.headers.get('location'), '/me?done=password')
  const page = await ownPage(browser)
  assert.ok(page.includes(id))
  assert.deepEqual(named(page, 'phone'), [])
  for (const over of [other, new Phone(gate.url, {}, before)]) {
    assert.ok(isSignedOut(await ownPage(over)))
  }
  assert.equal((await enter(new Phone(gate.url), id)).status, 401)
  assert.equal((await enter(new Phone(gate.url), id, another)).status, 303)
})

test('whoever has proven who they are more than five minutes ago is asked for the present password', async t => {
  const own = await startGate(t)
  own.holdTime()
  const { id } = await visiting(own)
  const browser = await entered(own, id)
  own.passTime(5 * minute)
  assert.match(await ownPage(browser, '/me/password'), /name="current"/)
  const refused = await press(browser, '/me/password', { current: 'wrong', password: another })
  assert.equal(refused.status, 401)
  assert.equal((await press(browser, '/me/password', { password: another })).status, 401)
  assert.equal((await enter(new Phone(own.url), id)).status, 303)
  const changed = await press(browser, '/me/password', { current: ownPassword, password: another })
  assert.equal(changed.status, 303)
  assert.equal((await enter(new Phone(own.url), id, another)).status, 303)
})

test('S117: more than five minutes after the proof no passkey is removed and no account, until the next one', async t => {
  const own = await startLocal(t)
  own.holdTime()
  const { id, authenticator } = await withPasskey(own)
  const browser = await entered(own, id)
  const session = browser.cookies.split('; ')
  const passkey = authenticator.id
  own.passTime(5 * minute)
  const remove = { passkey, name: '' }
  for (const [path, fields] of [
    ['/me/passkeys/remove', remove],
    ['/me/delete', { account: id }],
  ] as const) {
    const refused = await press(browser, path, fields)
    assert.equal(refused.status, 403)
    const page = await refused.text()
    assert.ok(isSignedOut(page) && page.includes('Your sign-in is too long ago'), path)
  }
  assert.ok(isSignedOut(await ownPage(browser, '/me/delete')))
  assert.deepEqual(named(await ownPage(browser), 'passkey'), [passkey])

  await entered(own, id, browser)
  const before = new Phone(own.url, {}, session)
  assert.ok(isSignedOut(await ownPage(before)), 'the session of before is over')
  assert.equal((await press(browser, '/me/passkeys/remove', remove)).status, 303)
  assert.deepEqual(named(await ownPage(browser), 'passkey'), [])
  assert.equal((await press(browser, '/me/delete', { account: id })).status, 200)
})

for (const act of ['disable', 'erase', 'changePassword'] as const) {
  test(`what ${act} does is the end of every session`, async () => {
    const { id } = await visiting(gate)
    const browser = await entered(gate, id)
    const admin = await adminOf()
    const account = await admin.byId(id)
    assert.ok(account)
    if (act === 'changePassword') await admin.changePassword(account, another, system)
    else if (act === 'disable') await admin.disable(account, system)
    else await erasureIn(gate.app.store).erase(account, system)
    assert.ok(isSignedOut(await ownPage(browser)))
    const late = await press(browser, '/me/password', { password: 'a third horse by now' })
    assert.equal(late.status, 303)
    if (act === 'changePassword') {
      assert.equal((await enter(new Phone(gate.url), id, another)).status, 303)
    }
  })
}

test('a number is cancelled by its owner alone', async t => {
  const { gate: served, kiosk } = await startServed(t)
  const visit = await visitAt(served, kiosk)
  const number = await handOffOf(kiosk, visit.signIn, ({ state }) => state === 'accepted')
  const [account] = await served.app.store.accounts.all()
  assert.ok(account)
  const admin = await adminOf(served)
  await admin.changePassword(account, another, system)
  await admin.register({ id: 'stranger', name: '', password: ownPassword }, system)
  const browser = new Phone(served.url)
  assert.equal((await enter(browser, account.id, another)).status, 303)
  const stranger = await entered(served, 'stranger')
  const path = `/me/hand-offs/${number.id}/cancel`
  assert.equal((await press(stranger, path)).status, 404)
  assert.ok((await ownPage(browser)).includes(path))
  assert.equal((await press(browser, path)).status, 303)
  const row = await served.app.store.handOffs.read(number.id)
  assert.deepEqual([row?.state, row?.reason], ['cancelled', 'phone'])
  assert.ok(!(await ownPage(browser)).includes(path))
})

test('S134: the export has all of its owner and nothing of anybody else', async () => {
  const [{ id, signIn }, theirs] = [await withPasskey(), await visiting(gate, { remember: 'on' })]
  const browser = await entered(gate, id)
  const answer = await browser.get('/me/export')
  assert.match(
    answer.headers.get('content-disposition') ?? '',
    /^attachment; filename="[\w-]+\.json"$/,
  )
  const text = await answer.text()
  const exported = JSON.parse(text)
  assert.equal(exported.account.id, id)
  assert.equal(exported.sign_ins[0].id, signIn.id)
  assert.equal(exported.passkeys.length, 1)
  assert.ok(exported.events.some(({ event }: { event: string }) => event === 'sign_in.approved'))
  const { store } = gate.app
  const account = await (await adminOf()).byId(id)
  assert.ok(account)
  const { version, purpose } = exported.account.notice
  assert.equal(version, account.consentVersion ?? assert.fail())
  assert.match(purpose.en, /used to check you in/)
  const other = await (await adminOf()).byId(theirs.id)
  const [passkey] = await store.passkeys.of(account.key)
  const [session] = await store.sessions.of(account.key)
  for (const secret of [
    ...[account.passwordHash, account.subjectSeed, account.key, passkey?.publicKey, session?.hash],
    ...[theirs.id, theirs.signIn.id, other?.key],
  ]) {
    assert.ok(secret && !text.includes(secret), secret)
  }
})

test('the history tells what has happened with the account, and with no other', async () => {
  const { id } = await visiting(gate, { remember: 'on' })
  const browser = await entered(gate, id)
  const page = await ownPage(browser, '/me/history?lang=en')
  for (const told of ['Signed in at a kiosk', 'Phone remembered', 'Opened my account']) {
    assert.equal(page.split(told).length, 2, told)
  }
})

test('a deleted account is closed at once, can be brought back for a week, and is erased then', async t => {
  const own = await startGate(t)
  own.holdTime()
  const { id, kiosk, signIn } = await visiting(own, { remember: 'on' })
  const browser = await entered(own, id)
  const other = await entered(own, id)
  assert.equal((await press(browser, '/me/delete', { account: 'another' })).status, 401)
  assert.equal((await kiosk.view(signIn)).state, 'claimed')
  const asked = await press(browser, '/me/delete', { account: id.toUpperCase() })
  assert.equal(asked.status, 200)
  for (const gone of [browser, other]) assert.ok(isSignedOut(await ownPage(gone)))
  const { state, reason } = await kiosk.view(signIn)
  assert.deepEqual([state, reason], ['ended', 'account'])
  assert.equal((await enter(new Phone(own.url), id)).status, 401)

  const { store } = own.app
  const admin = await adminOf(own)
  const account = await admin.byId(id)
  assert.ok(account?.deleteAt)
  const due = account.deleteAt
  assert.deepEqual(await store.accounts.toErase(due - 1, 10), [])
  assert.deepEqual(await store.accounts.toErase(due, 10), [account.key])
  await admin.enable(account, system)
  assert.deepEqual(await store.accounts.toErase(due, 10), [])
  await erasureIn(store).eraseDue(account, system)
  const back = await entered(own, id)

  await press(back, '/me/delete', { account: id })
  own.passTime(7 * day)
  await until('the account is erased', async () => {
    const row = await store.accounts.byKey(account.key)
    return row?.removedAt !== null
  })
  assert.equal(await admin.byId(id), null)
})
