import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, afterEach, type TestContext, test } from 'node:test'
import { createAccountAdmin } from '../../server/src/accounts/account-admin.ts'
import { createPasswordHasher } from '../../server/src/accounts/password.ts'
import { createClock } from '../../server/src/clock.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import type { Passkey } from '../../server/src/store/passkey.ts'
import { Authenticator, type Twist } from '../support/authenticator.ts'
import { type Gate, startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { startLocal, toMake, toUse } from '../support/passkey-page.ts'
import { Phone } from '../support/phone.ts'

const password = 'correct horse battery'

const gate = await startLocal({ after } as TestContext)
let people = 0

async function codeOf(answer: Response): Promise<string> {
  const body = (await answer.json()) as { code?: string; state?: string }
  return body.code ?? body.state ?? ''
}

/** A phone whose owner has just signed up on it. */
async function signedUp(at: Gate = gate) {
  people += 1
  const [phone, id] = [new Phone(at.url), `gildong${people}`]
  const signIn = await new Kiosk(at.url).start()
  await phone.scan(signIn.frame.url)
  const answer = await phone.signUp(signIn.id, id, '홍길동', password)
  assert.equal(answer.status, 200, await answer.text())
  await new Kiosk(at.url).claimed(signIn)
  const asked = toMake(await (await phone.get(`/s/${signIn.id}`)).text(), at)
  assert.ok(asked)
  const add = (credential: string, by = phone) =>
    by.post(`/s/${signIn.id}/passkeys`, { credential })
  return { phone, id, signIn, asked, add }
}

/** The same with a passkey. */
async function withPasskey(at: Gate = gate, authenticator = new Authenticator()) {
  const owner = await signedUp(at)
  const answer = await owner.add(authenticator.create(owner.asked))
  assert.equal(answer.status, 200, await answer.text())
  return { ...owner, authenticator }
}

async function scanned(phone: Phone, at: Gate = gate) {
  const kiosk = new Kiosk(at.url)
  const signIn = await kiosk.start()
  const { page } = await phone.open(signIn.frame.url)
  await phone.scan(signIn.frame.url)
  const asked = toUse(page, at)
  const use = (credential: string, by = phone) => by.post(`/s/${signIn.id}/passkey`, { credential })
  return { kiosk, signIn, asked, use }
}

async function passkeysOf(id: string, at: Gate = gate): Promise<Passkey[]> {
  const account = await (await adminOf(at)).byId(id)
  assert.ok(account)
  return at.app.store.passkeys.of(account.key)
}

async function rewrite(id: string, fields: Partial<Passkey>): Promise<void> {
  await gate.app.store.passkeys.update(id, old => ({
    next: { ...(old ?? assert.fail()), ...fields },
    events: [],
    quiet: true,
  }))
}

async function adminOf({ app: { store } }: Gate = gate) {
  const passwords = await createPasswordHasher(60_000)
  const clock = createClock()
  return createAccountAdmin({
    records: store.accounts,
    passwords,
    siteNames: [],
    clock,
    randomBytes,
  })
}

test('a passkey that was made after a password sign-in is enough at the next one', async () => {
  const { phone, authenticator, id } = await withPasskey()
  const { kiosk, signIn, asked, use } = await scanned(phone)
  assert.equal(await codeOf(await use(authenticator.get(asked))), 'approved')
  const claimed = await kiosk.claimed(signIn)
  assert.deepEqual([claimed.account.name, claimed.amr], ['홍*동', ['swk', 'user']])
  assert.ok((await passkeysOf(id))[0]?.usedAt)
})

/** What is wrong with an assertion, and for whom. */
const twisted: Record<string, Twist> = {
  'S108: over http': { origin: 'https://localhost' },
  'S108: of another port': { origin: 'http://localhost:1' },
  'S108: of a subdomain': { origin: `http://a.localhost:${new URL(gate.url).port}` },
  'S108: of a name that begins alike': { origin: `${gate.url}.example.org` },
  'S108: of nobody': { origin: 'null' },
  'S108: of an Android app': { origin: 'android:apk-key-hash:AAAA' },
  'S109: for another domain': { rpId: 'example.org' },
  'S109: out of a frame': { clientData: { crossOrigin: true } },
  'S109: out of a frame of another page': {
    clientData: { crossOrigin: true, topOrigin: 'https://example.org' },
  },
  'S109: with a top origin of its own': { clientData: { topOrigin: gate.url } },
  'S110: nobody was there': { flags: 4 | 8 | 16 },
  'S110: nobody was verified': { flags: 1 | 8 | 16 },
  'S110: backed up, but not eligible': { flags: 1 | 4 | 16 },
  'S110: no longer eligible for backup': { flags: 1 | 4 },
  'S111: an empty challenge': { challenge: '' },
  'S111: a made-up challenge': { challenge: 'A'.repeat(52) },
  'S112: the right challenge, signed over another': { signedClientData: '{"challenge":"old"}' },
  'S114: an unknown credential': { id: randomBytes(32).toString('base64url') },
  'S114: of another user handle': { userHandle: Buffer.from('somebody').toString('base64url') },
  'S114: without a user handle': { userHandle: '' },
  'S115: trailing bytes': { trailing: Buffer.alloc(3, 7) },
  'S116: of the other ceremony': { type: 'webauthn.create' },
  'S116: of no ceremony': { type: '' },
  'S116: a token binding that is none': { clientData: { tokenBinding: 'x' } },
}

for (const [title, twist] of Object.entries(twisted)) {
  test(`${title}: an assertion is refused, and the sign-in stays as it was`, async () => {
    const { phone, authenticator } = await withPasskey()
    const { kiosk, signIn, asked, use } = await scanned(phone)
    const answer = await use(authenticator.get(asked, twist))
    assert.deepEqual([answer.status, await codeOf(answer)], [401, 'passkey_wrong'])
    assert.equal((await kiosk.view(signIn)).state, 'scanned')
    assert.equal(await codeOf(await use(authenticator.get(asked))), 'approved')
  })
}

test('S111 S116: a challenge is good for its own sign-in, phone and ceremony alone', async () => {
  const { phone, authenticator, asked: made } = await withPasskey()
  const own = await scanned(phone)
  const other = await scanned(phone)
  const foreign = new Phone(gate.url)
  const theirs = await scanned(foreign)
  for (const asked of [other.asked, theirs.asked, { ...own.asked, challenge: made.challenge }]) {
    assert.equal(await codeOf(await own.use(authenticator.get(asked))), 'passkey_wrong')
  }
  const assertion = authenticator.get(own.asked)
  assert.equal(await codeOf(await own.use(assertion, foreign)), 'not_your_phone')
  assert.equal(await codeOf(await own.use(assertion)), 'approved')
  assert.equal(await codeOf(await other.use(assertion)), 'passkey_wrong')
})

test('S111: of the same assertion many times at once one approves, and the others hear of it', async () => {
  const { phone, authenticator } = await withPasskey()
  const { kiosk, signIn, asked, use } = await scanned(phone)
  const assertion = authenticator.get(asked)
  const answers = await Promise.all(Array.from({ length: 10 }, () => use(assertion)))
  for (const answer of answers) assert.equal(await codeOf(answer), 'approved')
  await kiosk.claimed(signIn)
  const { seq } = (await gate.app.store.signIns.read(signIn.id)) ?? {}
  assert.equal(seq, 3)
})

test('S111: a challenge is too old after a quarter of an hour', async t => {
  const own = await startLocal(t)
  const { phone, authenticator } = await withPasskey(own)
  const { asked } = await scanned(phone, own)
  own.passTime(15 * 60_000)
  const later = await scanned(phone, own)
  const answer = await later.use(authenticator.get(asked))
  assert.equal(await codeOf(answer), 'passkey_wrong')
})

test('S113: a key that counts is refused where it has not counted on, and goes on where it has', async () => {
  const { phone, authenticator } = await withPasskey(gate, new Authenticator({ synced: false }))
  const first = await scanned(phone)
  assert.equal(
    await codeOf(await first.use(authenticator.get(first.asked, { count: 5 }))),
    'approved',
  )
  for (const count of [0, 1, 5]) {
    const { asked, use } = await scanned(phone)
    assert.equal(await codeOf(await use(authenticator.get(asked, { count }))), 'passkey_wrong')
  }
  const last = await scanned(phone)
  assert.equal(
    await codeOf(await last.use(authenticator.get(last.asked, { count: 6 }))),
    'approved',
  )
})

/** Happens right behind the look at a passkey, before its use is written. */
function behindTheLook(happens: () => Promise<unknown>): void {
  const { accounts } = gate.app.store
  const { byKey } = accounts
  accounts.byKey = async key => {
    await happens()
    return byKey(key)
  }
  restore = () => {
    accounts.byKey = byKey
  }
}

let restore = () => {}
afterEach(() => restore())

test('S111 S113: of one count that is used twice at once, one sign-in is approved', async () => {
  const { phone, authenticator } = await withPasskey(gate, new Authenticator({ synced: false }))
  const visits = [await scanned(phone), await scanned(phone)]
  const both = Promise.withResolvers<void>()
  let looks = 0
  behindTheLook(() => {
    looks += 1
    if (looks === visits.length) both.resolve()
    return both.promise
  })
  const answers = await Promise.all(
    visits.map(({ asked, use }) => use(authenticator.get(asked, { count: 5 }))),
  )
  const codes = await Promise.all(answers.map(codeOf))
  assert.deepEqual(codes.toSorted(), ['approved', 'passkey_wrong'])
  const views = await Promise.all(visits.map(({ kiosk, signIn }) => kiosk.view(signIn)))
  assert.deepEqual(views.map(({ state }) => state).toSorted(), ['approved', 'scanned'])
})

test('S114: a passkey that is removed while it signs in is refused', async () => {
  const { phone, authenticator } = await withPasskey()
  const { kiosk, signIn, asked, use } = await scanned(phone)
  behindTheLook(async () => {
    restore()
    await rewrite(authenticator.id, { removedAt: 1 })
  })
  assert.equal(await codeOf(await use(authenticator.get(asked))), 'passkey_wrong')
  assert.equal((await kiosk.view(signIn)).state, 'scanned')
})

test('S109: a passkey of another domain is refused here, though its signature is good there', async () => {
  const { phone, authenticator } = await withPasskey()
  await rewrite(authenticator.id, { domain: 'example.org' })
  const { kiosk, signIn, asked, use } = await scanned(phone)
  const there = authenticator.get(asked, { rpId: 'example.org' })
  assert.equal(await codeOf(await use(there)), 'passkey_wrong')
  assert.equal((await kiosk.view(signIn)).state, 'scanned')
})

test("S114: nobody adds another's passkey to an account, nor their own to another's", async () => {
  const { authenticator } = await withPasskey()
  const thief = await signedUp()
  const known = authenticator.create(thief.asked)
  assert.equal(await codeOf(await thief.add(known)), 'passkey_wrong')
  const fresh = new Authenticator().create(thief.asked)
  assert.equal(await codeOf(await thief.add(fresh, new Phone(gate.url))), 'not_your_phone')
  assert.deepEqual(await passkeysOf(thief.id), [])
})

/** What is wrong with a new passkey. */
const misMade: Record<string, Twist> = {
  'S108: of another origin': { origin: 'https://example.org' },
  'S109: for another domain': { rpId: 'example.org' },
  'S109: out of a frame': { clientData: { crossOrigin: true } },
  'S110: nobody was verified': { flags: 1 | 8 | 16 | 64 },
  'S111: a made-up challenge': { challenge: 'A'.repeat(52) },
  'S115: an algorithm that was not offered': { algorithm: -65535 },
  'S115: a format that is none': { format: 'garbage' },
  'S115: trailing bytes': { trailing: Buffer.alloc(9, 1) },
  'S115: no CBOR at all': { attestationObject: Buffer.from('garbage') },
  'S115: nothing': { attestationObject: Buffer.of(0xa0) },
  'S115: of endless depth': { attestationObject: Buffer.alloc(4000, 0x81) },
  'S115: of endless length': { attestationObject: Buffer.of(0xbf, 0x7f, 0x5f) },
  'S116: of the other ceremony': { type: 'webauthn.get' },
}

for (const [title, twist] of Object.entries(misMade)) {
  test(`${title}: a new passkey is refused, and the account has none`, async () => {
    const { id, asked, add } = await signedUp()
    const answer = await add(new Authenticator().create(asked, twist))
    assert.deepEqual([answer.status, await codeOf(answer)], [401, 'passkey_wrong'])
    assert.deepEqual(await passkeysOf(id), [])
  })
}

test('S115: whatever is sent in place of a message is refused, and nothing breaks', async () => {
  const { phone } = await withPasskey()
  const { use } = await scanned(phone)
  const { add } = await signedUp()
  const whole = JSON.parse(new Authenticator().get({ challenge: '', rpId: '', origin: '' }))
  const sent = [
    ...['', 'x', '{}', '[]', 'null', '"x"', '{"id":1}', '\u0000'.repeat(20)],
    ...Object.keys(whole).map(key => JSON.stringify({ ...whole, [key]: undefined })),
    ...Object.keys(whole).map(key => JSON.stringify({ ...whole, [key]: '=/+' })),
    ...Object.keys(whole).map(key => JSON.stringify({ ...whole, [key]: { a: 1 } })),
    JSON.stringify({ ...whole, clientDataJSON: Buffer.from('null').toString('base64url') }),
    JSON.stringify({ ...whole, clientDataJSON: Buffer.from('{').toString('base64url') }),
  ]
  for (const credential of sent) {
    for (const send of [use, add]) {
      const answer = await send(credential)
      assert.equal(await codeOf(answer), 'passkey_wrong', credential)
    }
  }
  assert.equal((await use('x'.repeat(9000))).status, 400)
})

test('S117: a passkey is added only after a password, for ten minutes, and by nothing else', async t => {
  const own = await startLocal(t)
  const { phone, id, signIn, authenticator } = await withPasskey(own)
  const add = (credential: string, of: string) => phone.post(`/s/${of}/passkeys`, { credential })
  const byPasskey = await scanned(phone, own)
  await byPasskey.use(authenticator.get(byPasskey.asked))
  const asked = { challenge: 'A'.repeat(52), rpId: 'localhost', origin: own.url, userHandle: 'AA' }
  const fresh = () => new Authenticator().create(asked)
  assert.equal(await codeOf(await add(fresh(), byPasskey.signIn.id)), 'proof_too_old')

  const late = await signedUp(own)
  own.passTime(10 * 60_000)
  assert.equal(
    await codeOf(await late.add(new Authenticator().create(late.asked))),
    'proof_too_old',
  )
  assert.equal(await codeOf(await add(fresh(), signIn.id)), 'proof_too_old')
  assert.equal((await passkeysOf(id, own)).length, 1)
})

test('S117: nobody adds a passkey by a password that is another one by now', async () => {
  const { id, asked, add } = await signedUp()
  const admin = await adminOf()
  const account = await admin.byId(id)
  assert.ok(account)
  await admin.changePassword(account, 'another horse entirely', system)
  assert.equal(await codeOf(await add(new Authenticator().create(asked))), 'account_unusable')
  assert.deepEqual(await passkeysOf(id), [])
})

test('S117: whoever has said that it was somebody else adds nothing', async () => {
  const { phone, signIn, asked, add } = await signedUp()
  await phone.post(`/s/${signIn.id}/not-me`, {})
  assert.equal(await codeOf(await add(new Authenticator().create(asked))), 'proof_too_old')
})

test('S114: an authenticator is told which passkeys the account has, and makes no second one', async () => {
  const { phone, id, authenticator } = await withPasskey()
  // In a browser that knows of none.
  const browser = new Phone(gate.url)
  const signIn = await new Kiosk(gate.url).start()
  await browser.scan(signIn.frame.url)
  assert.equal((await browser.signIn(signIn.id, id, password)).status, 200)
  await new Kiosk(gate.url).claimed(signIn)
  const page = await (await browser.get(`/s/${signIn.id}`)).text()
  const [, options = ''] = /data-options="([^"]*)"/.exec(page) ?? []
  const { exclude } = JSON.parse(options.replaceAll('&quot;', '"'))
  assert.deepEqual(exclude, [{ id: authenticator.id, transports: ['internal'] }])
  // Whoever only signs in is told of nobody's.
  const { page: form } = await phone.open((await new Kiosk(gate.url).start()).frame.url)
  assert.ok(!form.includes(authenticator.id))
})

test('the same passkey sent twice is one', async () => {
  const { id, asked, add } = await signedUp()
  const credential = new Authenticator().create(asked)
  const answers = await Promise.all([add(credential), add(credential)])
  for (const answer of answers) assert.equal(answer.status, 200)
  assert.equal((await passkeysOf(id)).length, 1)
})

test('S047 S048: an account that is disabled is refused like a passkey that nobody has', async () => {
  const { phone, authenticator, id } = await withPasskey()
  const admin = await adminOf()
  const account = await admin.byId(id)
  assert.ok(account)
  const { asked, use } = await scanned(phone)
  const stranger = await (await use(new Authenticator().get(asked))).text()
  await admin.disable(account, system)
  const disabled = await use(authenticator.get(asked))
  assert.deepEqual([disabled.status, await disabled.text()], [401, stranger])
})

test('where no browser makes passkeys none is offered: at a bare address', async t => {
  const bare = await startGate(t)
  const phone = new Phone(bare.url)
  const signIn = await new Kiosk(bare.url).start()
  const { page } = await phone.open(signIn.frame.url)
  assert.doesNotMatch(page, /data-passkey="/)
  await phone.scan(signIn.frame.url)
  await phone.signUp(signIn.id, 'gildong', '홍길동', password)
  await new Kiosk(bare.url).claimed(signIn)
  assert.equal(toMake(await (await phone.get(`/s/${signIn.id}`)).text(), bare), null)
})
