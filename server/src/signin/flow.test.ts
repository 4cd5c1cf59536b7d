import assert from 'node:assert/strict'
import { StatementSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import pino from 'pino'
import type { Prove } from '../accounts/methods/proof.ts'
import { createUsualPlaces } from '../accounts/usual-places.ts'
import { createCore } from '../boot/core.ts'
import { readConfig } from '../config.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import { openKiosk } from '../kiosks/kiosks.ts'
import { deriveKeyring } from '../protocol/keyring.ts'
import { kioskSecrets } from '../protocol/kiosk-secret.ts'
import { system } from '../protocol/log-event.ts'
import { type PolicyDocument, readDocument } from '../protocol/policy-document.ts'
import type { Kiosk } from '../store/kiosk.ts'
import { type Phone, payerOf } from './phone.ts'

const address = '203.0.113.7'
const phone: Phone = { key: 'k'.repeat(43), kind: 'iphone', address }
const credentials = { id: 'hong', password: 'correct horse battery' }
const refusal = (code: RefusalCode) => (error: unknown) =>
  error instanceof Refusal && error.code === code

const publicUrl = 'http://127.0.0.1:8080'
const secretKey = 'a secret key that only this test uses and nobody else'

/** A core with the account `hong` and an enrolled kiosk whose sign-in a phone has scanned. */
async function scanned(t: TestContext) {
  let now = 1_800_000_000_000
  const config = readConfig(
    {
      PUBLIC_URL: publicUrl,
      SECRET_KEY: secretKey,
      DATABASE_URL: 'sqlite::memory:',
      QRGATE_DATA_DIR: '/nowhere',
    },
    'demo',
  )
  const core = await createCore(config, pino({ level: 'silent' }), () => now)
  t.after(() => core.close())
  const { accounts, flow, kiosks } = core
  await accounts.register({ ...credentials, name: '홍길동' }, system)
  const { kiosk } = await kiosks.enrol({ ko: '접수', en: 'Desk' }, system)
  const { id, kiosk_secret: kioskSecret, frame } = flow.start(kiosk)
  const ticket = new URL(frame.url).pathname.split('/').at(-1) ?? ''
  const { receipt } = await flow.open(ticket, phone.key)
  await flow.scan(id, receipt ?? '', phone)
  const pass = (ms: number) => {
    now += ms
  }
  const revoke = async () => {
    await kiosks.revoke(kiosk.number, system)
    kiosks.forget(kiosk.number)
  }
  return { ...core, id, kiosk, kioskSecret, receipt: receipt ?? '', pass, revoke }
}

test('S033 a kiosk that is switched off while a password is checked gets no approval', async t => {
  const { accounts, flow, methods, store, revoke, id } = await scanned(t)
  const { authenticate } = accounts
  t.mock.method(accounts, 'authenticate', async (...given: Parameters<typeof authenticate>) => {
    const authenticated = await authenticate(...given)
    await revoke()
    return authenticated
  })
  await assert.rejects(
    flow.approve(id, phone, methods.password(credentials)),
    refusal('kiosk_revoked'),
  )
  assert.equal((await store.signIns.read(id))?.state, 'scanned')
})

test('N68, N73: what is remembered of a new phone shares the commit of its approval, behind it', async t => {
  const { flow, methods, id } = await scanned(t)
  const written: string[] = []
  const run = StatementSync.prototype.run as (...values: unknown[]) => unknown
  t.mock.method(
    StatementSync.prototype,
    'run',
    function (this: StatementSync, ...values: unknown[]) {
      const [what] =
        /^commit|^(insert into|update) "(sign_ins|usual_places)"/.exec(this.sourceSQL) ?? []
      if (what) written.push(what)
      return run.apply(this, values)
    },
  )
  await flow.approve(id, phone, methods.password(credentials))
  const place = 'insert into "usual_places"'
  // Its network and the phone itself.
  assert.deepEqual(written, ['update "sign_ins"', place, place, 'commit'])
})

test('S033 nor one that is switched off while an account is made', async t => {
  const { accounts, flow, methods, store, revoke, id } = await scanned(t)
  const { prepare } = accounts
  t.mock.method(accounts, 'prepare', async (...given: Parameters<typeof prepare>) => {
    const account = await prepare(...given)
    await revoke()
    return account
  })
  const newcomer = { ...credentials, id: 'kim', name: '' }
  await assert.rejects(flow.approve(id, phone, methods.signUp(newcomer)), refusal('kiosk_revoked'))
  assert.equal((await store.signIns.read(id))?.state, 'scanned')
  assert.equal(await accounts.byId('kim'), null)
})

test('N15: of many who sign up at one sign-in at once, one has an account', async t => {
  const { accounts, flow, methods, store, id } = await scanned(t)
  const before = (await store.accounts.all()).length
  const tries = Array.from({ length: 12 }, (_, n) => {
    const newcomer = { ...credentials, id: n < 3 ? 'twice' : `visitor-${n}`, name: '' }
    return flow.approve(id, phone, methods.signUp(newcomer))
  })
  const done = await Promise.allSettled(tries)
  const { account } = (await store.signIns.read(id)) ?? assert.fail()
  for (const [n, result] of done.entries()) {
    const own = await accounts.byId(n < 3 ? 'twice' : `visitor-${n}`)
    assert.equal(result.status === 'fulfilled', own !== null && own.key === account, `try ${n}`)
  }
  assert.equal((await store.accounts.all()).length, before + 1)
})

test('N15: of many who are proven at one sign-in at once, one is added', async t => {
  const { accounts, flow, store, id, kiosk } = await scanned(t)
  const proofs = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => {
      const newcomer = { ...credentials, id: `visitor-${n}`, name: '' }
      // Each paid for by a sign-in of its own, so that no limit comes before the race.
      const payer = { signIn: `other ${n}`, kiosk: kiosk.number, enrolled: true, address }
      const made = await accounts.prepare(newcomer, system, payer)
      return { ...made, method: 'sign_up' as const, amr: ['pwd'] }
    }),
  )
  const before = (await store.accounts.all()).length
  const closed: Prove = async () => {
    throw new Refusal('already_ended')
  }
  const done = await Promise.allSettled(
    proofs.map(proof =>
      flow.approve(id, phone, asked => (asked.again ? closed(asked) : Promise.resolve(proof))),
    ),
  )
  const { account } = (await store.signIns.read(id)) ?? assert.fail()
  for (const [n, { status }] of done.entries()) {
    const own = await accounts.byId(`visitor-${n}`)
    assert.equal(status === 'fulfilled', own !== null && own.key === account, `proof ${n}`)
  }
  assert.equal((await store.accounts.all()).length, before + 1)
})

test('S033 with its kiosk an approval is over that nobody has claimed', async t => {
  const { flow, methods, store, revoke, kiosk, id } = await scanned(t)
  await flow.approve(id, phone, methods.password(credentials))
  await revoke()
  await flow.cancelAllOf(kiosk.number)
  const signIn = await store.signIns.read(id)
  assert.deepEqual([signIn?.state, signIn?.reason], ['cancelled', 'revoked'])
})

test('a late receipt is answered by how the sign-in stands by now', async t => {
  const { flow, pass, revoke, receipt, id } = await scanned(t)
  pass(200_000)
  assert.equal((await flow.scan(id, receipt, phone)).state, 'expired')
  const other = { ...phone, key: 'o'.repeat(43) }
  await assert.rejects(flow.scan(id, receipt, other), refusal('receipt_wrong'))
  // The phone hears what became of it, though its kiosk is no more.
  await revoke()
  assert.equal((await flow.scan(id, receipt, phone)).state, 'expired')
  await assert.rejects(flow.scan(id, receipt, other), refusal('receipt_wrong'))
})

test('S030, H1: what proves one kiosk opens no sign-in of another', async t => {
  const { flow, userCodes, kiosks, methods, store, id } = await scanned(t)
  await flow.approve(id, phone, methods.password(credentials))
  const before = await store.signIns.read(id)
  const { kiosk: other } = await kiosks.enrol({ ko: '다른 곳', en: 'Elsewhere' }, system)
  // Genuine in every bit, and yet for a kiosk that did not start this sign-in.
  const forged = kioskSecrets(deriveKeyring([secretKey], 'kiosk secret'), publicUrl)
  const prove = () => flow.proveKiosk(id, forged.mint(id, other.number))
  await assert.rejects(flow.claim(await prove()), refusal('kiosk_secret_wrong'))
  await assert.rejects(flow.view(await prove()), refusal('kiosk_secret_wrong'))
  await assert.rejects(flow.cancel(await prove(), 'kiosk', address), refusal('kiosk_secret_wrong'))
  await assert.rejects(userCodes.give(await prove(), address), refusal('kiosk_secret_wrong'))
  assert.deepEqual(await store.signIns.read(id), before)
})

test('S033, H1: a proof is good for one call, so nobody can keep it beyond a revocation', async t => {
  const { flow, id, kioskSecret } = await scanned(t)
  const screen = await flow.proveKiosk(id, kioskSecret)
  await flow.view(screen)
  await assert.rejects(flow.view(screen), /good for one call/)
  await assert.rejects(flow.claim(screen), /good for one call/)
  assert.throws(() => flow.frames(screen), /good for one call/)
})

test('a sign-up for what is approved already makes no second account', async t => {
  const { flow, methods, store, id } = await scanned(t)
  await flow.approve(id, phone, methods.password(credentials))
  const newcomer = { ...credentials, id: 'kim', name: '' }
  const again = flow.approve(id, phone, methods.signUp(newcomer))
  await assert.rejects(again, refusal('already_ended'))
  assert.equal((await store.accounts.all()).length, 1)
})

test('no proof is asked for where the sign-in is over: a password is not even looked at', async t => {
  const { flow, pass, id } = await scanned(t)
  pass(180_000)
  let asked = false
  const prove = async () => {
    asked = true
    throw new Error('nobody may ask')
  }
  await assert.rejects(flow.approve(id, phone, prove), refusal('expired'))
  assert.equal(asked, false)
})

test('S028: an account that is disabled after its proof approves nothing', async t => {
  const { accounts, flow, store, id } = await scanned(t)
  const hong = await accounts.byId('hong')
  assert.ok(hong)
  const prove = async () => {
    await accounts.disable(hong, system)
    return { account: hong, method: 'password' as const, amr: ['pwd'] }
  }
  await assert.rejects(flow.approve(id, phone, prove), refusal('account_unusable'))
  assert.equal((await store.signIns.read(id))?.state, 'scanned')
})

test('a way to sign in that a policy forbids approves nothing, even if it was set during the proof', async t => {
  const { accounts, flow, kiosk, kiosks, store, methods, id } = await scanned(t)
  const set = async (document: PolicyDocument) => {
    await kiosks.setPolicy(kiosk.number, document, system)
    kiosks.forget(kiosk.number)
  }
  const signUp = methods.signUp({ ...credentials, id: 'kim', name: '' })
  const late: Prove = async asked => {
    const proof = await signUp(asked)
    await set(readDocument('{"reader":1,"methods":["password"]}') as PolicyDocument)
    return proof
  }
  await assert.rejects(flow.approve(id, phone, late), refusal('method_not_allowed'))
  assert.equal(await accounts.byId('kim'), null)
  // A newer gate has set what this one cannot judge.
  await set({ reader: 2 } as PolicyDocument)
  const password = methods.password(credentials)
  await assert.rejects(flow.approve(id, phone, password), refusal('method_not_allowed'))
  // Nobody looks at what was typed: who is here must not be told from what is refused.
  const looks = [t.mock.method(accounts, 'authenticate'), t.mock.method(accounts, 'prepare')]
  for (const closed of [methods.password({ ...credentials, password: 'wrong' }), signUp]) {
    await assert.rejects(flow.approve(id, phone, closed), refusal('method_not_allowed'))
  }
  assert.deepEqual(
    looks.map(({ mock }) => mock.callCount()),
    [0, 0],
  )
  assert.equal((await store.signIns.read(id))?.state, 'scanned')
  await set(readDocument('{"reader":1}') as PolicyDocument)
  assert.equal((await flow.approve(id, phone, password)).state, 'approved')
})

test('N89, N09: scans, cancels and user codes have a bound for each enrolled kiosk, at open ones for each network', async t => {
  const { flow, userCodes, kiosks, pass } = await scanned(t)
  const { kiosk: other } = await kiosks.enrol({ ko: '접수', en: 'Desk' }, system)
  const { kiosk } = await kiosks.enrol({ ko: '접수', en: 'Desk' }, system)
  const elsewhere = '2001:db8::1'
  const prove = (started: ReturnType<typeof flow.start>) =>
    flow.proveKiosk(started.id, started.kiosk_secret)
  const uses: Record<string, (at: Kiosk, address: string) => Promise<unknown>> = {
    async scans(at, address) {
      const { id, frame } = flow.start(at)
      const ticket = new URL(frame.url).pathname.split('/').at(-1) ?? ''
      const { receipt } = await flow.open(ticket, phone.key)
      return flow.scan(id, receipt ?? '', { ...phone, address })
    },
    cancels: async (at, address) => flow.cancel(await prove(flow.start(at)), 'kiosk', address),
    codes: async (at, address) => userCodes.give(await prove(flow.start(at)), address),
  }
  for (const [what, use] of Object.entries(uses)) {
    const code = what === 'scans' ? 'too_many' : 'too_many_codes'
    for (const at of [kiosk, openKiosk]) {
      for (let n = 0; n < 600; n += 1) await use(at, address)
      await assert.rejects(use(at, address), refusal(code), what)
    }
    // An enrolled kiosk is one wherever its visitors come from.
    await assert.rejects(use(kiosk, elsewhere), refusal(code), what)
    await use(openKiosk, elsewhere)
    await use(other, address)
    pass(60_000)
  }
  await uses.cancels?.(kiosk, address)
})

test('N09: however many hand in a receipt of one sign-in at once, its kiosk has had one scan', async t => {
  const { flow, kiosk } = await scanned(t)
  const opened = async (phone: Phone, { id, frame } = flow.start(kiosk)) => {
    const ticket = new URL(frame.url).pathname.split('/').at(-1) ?? ''
    const { receipt } = await flow.open(ticket, phone.key)
    return () => flow.scan(id, receipt ?? '', phone)
  }
  const others = Array.from({ length: 700 }, (_, n) => ({
    ...phone,
    key: `${n}`.padStart(43, 'p'),
  }))
  const started = flow.start(kiosk)
  const scans = await Promise.all(others.map(other => opened(other, started)))
  const outcomes = await Promise.allSettled(scans.map(scan => scan()))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  const next = await (await opened(phone))()
  assert.equal(next.state, 'scanned')
})

test('a client is not known to know whom a kiosk signs in that it has no more', async t => {
  const { accounts, clients, flow, kiosks, knownSubject, methods, telling, ...rest } =
    await scanned(t)
  const { id, kiosk, kioskSecret } = rest
  const name = { ko: '서울내과', en: 'Seoul Clinic' }
  const clinic = { id: 'clinic', name, claims: ['name'], endpoint: null } as const
  const { client } = await clients.add(clinic, system)
  const account = await accounts.byId(credentials.id)
  assert.ok(account)
  const sub = accounts.subject(account, client.id)
  const belong = async (client: string | null) => {
    await kiosks.set(kiosk.number, { client }, system)
    kiosks.forget(kiosk.number)
    return kiosks.usable(kiosk.number)
  }

  const told = await telling.shown(id, phone.key, await belong(client.id))
  await flow.approve(id, phone, methods.password(credentials), told ?? {})
  await belong(null)
  await flow.claim(await flow.proveKiosk(id, kioskSecret))
  await assert.rejects(knownSubject(client, sub), refusal('not_found'))
})

test('S085: at a kiosk that has another client by now nothing of that one is offered', async t => {
  const { clients, flow, kiosks, methods, telling, services, id, kiosk, kioskSecret } =
    await scanned(t)
  const service = { id: 'exam', name: { ko: '진료', en: 'Exam' }, icon: 'doctor' } as const
  for (const id of ['clinic', 'gym']) {
    const name = { ko: '서울내과', en: 'Seoul Clinic' }
    await clients.add({ id, name, claims: [], endpoint: 'https://clinic.example.org/' }, system)
    await clients.setServices(id, [service, { ...service, id: 'pay' }], system)
  }
  const belong = async (client: string) => {
    await kiosks.set(kiosk.number, { client }, system)
    kiosks.forget(kiosk.number)
    return kiosks.usable(kiosk.number)
  }
  const screen = () => flow.proveKiosk(id, kioskSecret)
  const told = await telling.shown(id, phone.key, await belong('clinic'))
  await flow.approve(id, phone, methods.password(credentials), told ?? {})
  assert.equal((await flow.claim(await screen())).services?.length, 2)
  await belong('gym')
  assert.equal((await flow.claim(await screen())).services, undefined)
  const chosen = services.choose(await screen(), 'exam', 'ko')
  await assert.rejects(chosen, refusal('service_unknown'))
})

test('N05: “it was not me” makes the phone a stranger’s again, and leaves its network', async t => {
  const { accounts, flow, methods, store, visits, clock, id, kiosk } = await scanned(t)
  const account = await accounts.byId(credentials.id)
  const { look } = createUsualPlaces({
    records: store.usualPlaces,
    keyring: deriveKeyring([secretKey], 'usual place'),
    clock,
    onError: error => assert.fail(String(error)),
  })
  const standing = async () => (await look(account, payerOf({ id, kiosk }, phone))).standing
  assert.equal(await standing(), 'stranger')
  await flow.approve(id, phone, methods.password(credentials))
  assert.equal(await standing(), 'usual phone')
  await visits.disown(id, phone)
  assert.equal(await standing(), 'usual network')
})
