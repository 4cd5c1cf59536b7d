import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, type TestContext, test } from 'node:test'
import { type KioskView, paths, type StartAnswer } from '@qrgate/sdk/protocol'
import { createAccountAdmin } from '../../server/src/accounts/account-admin.ts'
import { createPasswordHasher } from '../../server/src/accounts/password.ts'
import { createRecoveries } from '../../server/src/accounts/recovery.ts'
import { createClock } from '../../server/src/clock.ts'
import { kioskCookie, rememberedCookieName } from '../../server/src/http/server/cookies.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import type { Method } from '../../server/src/protocol/policy-document.ts'
import { logOf } from '../conformance/rows.ts'
import { Authenticator } from '../support/authenticator.ts'
import { enrol } from '../support/enrol.ts'
import type { Gate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { startEngines } from '../support/log-engines.ts'
import { startLocal, toMake, toUse } from '../support/passkey-page.ts'
import { patiently, until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { erasureIn } from '../support/stored.ts'

/*
 * One gate for all ways to sign in: whatever stands against an approval stands against it whichever way
 * somebody comes, and the log tells of none.
 */

const [password, another] = ['correct horse battery', 'another horse entirely']
const scope = { after } as TestContext
const gates: Gate[] = []
// First of all: they would wait for a database that is gone.
after(() => Promise.all(gates.map(gate => gate.close())))
const passwords = await createPasswordHasher(60_000)
const clock = createClock()
let people = 0

/** A gate with a kiosk of its own. */
interface Place {
  gate: Gate
  kiosk: Kiosk
  enrolled: Awaited<ReturnType<typeof enrol>>
}

async function placeAt(gate: Gate): Promise<Place> {
  const enrolled = await patiently(() => enrol(gate))
  return { gate, enrolled, kiosk: new Kiosk(gate.url, enrolled.credential) }
}

/** Somebody who may come back by every way. */
interface Owner {
  phone: Phone
  id: string
  key: string
  authenticator: Authenticator
}

async function ownerAt({ gate, kiosk }: Place): Promise<Owner> {
  people += 1
  const [phone, id] = [new Phone(gate.url), `gildong-${people}`]
  const signIn = await kiosk.start()
  await phone.scan(signIn.frame.url)
  const fields = { account: id, name: '홍길동', password, remember: 'on' }
  assert.equal((await phone.post(`/s/${signIn.id}/sign-up`, fields)).status, 200)
  await kiosk.claimed(signIn)
  const asked = toMake(await (await phone.get(`/s/${signIn.id}`)).text(), gate)
  const authenticator = new Authenticator()
  const credential = authenticator.create(asked ?? assert.fail())
  assert.equal((await phone.post(`/s/${signIn.id}/passkeys`, { credential })).status, 200)
  const { account } = (await gate.app.store.signIns.read(signIn.id)) ?? {}
  return { phone, id, key: account ?? assert.fail(), authenticator }
}

/** A scanned sign-in, and how its owner comes to approve it. */
interface Visit {
  place: Place
  owner: Owner
  signIn: StartAnswer
  /** @param by the browser that sends it. */
  send(by?: Phone): Promise<string>
}

/** What each way sends, from the page of a sign-in. */
const ways: Record<
  Method,
  (id: string, owner: Owner, page: string, gate: Gate) => [string, object]
> = {
  password: (id, owner) => [`/s/${id}/sign-in`, { account: owner.id, password }],
  passkey: (id, { authenticator }, page, gate) => [
    `/s/${id}/passkey`,
    { credential: authenticator.get(toUse(page, gate)) },
  ],
  remembered: id => [`/s/${id}/approve`, {}],
  sign_up: id => [`/s/${id}/sign-up`, { account: `new-${id}`, name: '김철수', password }],
}

async function visit(way: Method, place: Place): Promise<Visit> {
  const { gate, kiosk } = place
  const owner = await ownerAt(place)
  const signIn = await kiosk.start()
  await owner.phone.scan(signIn.frame.url)
  const page = await (await owner.phone.get(`/s/${signIn.id}?form=sign-in`)).text()
  const [path, fields] = ways[way](signIn.id, owner, page, gate)
  const send = async (by = owner.phone) =>
    codeOf(await by.post(path, fields as Record<string, string>))
  return { place, owner, signIn, send }
}

async function codeOf(answer: Response): Promise<string> {
  const body = (await answer.json()) as { code?: string; state?: string }
  return body.code ?? body.state ?? ''
}

async function eventsOf({ place: { gate }, signIn }: Visit): Promise<string[]> {
  const told = await logOf(gate.app.store, signIn.id)
  return [...new Set(told.map(({ event }) => `${event}`))]
}

/** What somebody else does to the account, beside the gate. */
const strokes = {
  disabled: async ({ place, owner }: Visit) => adminOf(place).disable(owner, system),
  erased: async ({ place, owner }: Visit) => erasureIn(place.gate.app.store).erase(owner, system),
  'given another password': async ({ place, owner }: Visit) =>
    adminOf(place).changePassword(owner, another, system),
  recovered: async ({ place, owner }: Visit) => {
    const link = await adminOf(place).beginRecovery(owner, system)
    const records = place.gate.app.store.accounts
    const recoveries = createRecoveries({ records, passwords, siteNames: [], clock })
    await recoveries.recover({ link, browser: '' }, another, '127.0.0.1')
  },
}

function adminOf({ gate }: Place) {
  const records = gate.app.store.accounts
  const admin = createAccountAdmin({ records, passwords, siteNames: [], clock, randomBytes })
  return {
    ...admin,
    changePassword: (owner: Owner, to: string, by: typeof system) =>
      gate.app.store.accounts
        .byKey(owner.key)
        .then(account => admin.changePassword(account ?? assert.fail(), to, by)),
  }
}

/** Happens right behind the read by which a way is sure of its account. */
function behindTheProof(visit: Visit, stroke: (visit: Visit) => Promise<unknown>): void {
  const { accounts } = visit.place.gate.app.store
  const { byKey } = accounts
  accounts.byKey = async key => {
    const account = await byKey(key)
    if (key !== visit.owner.key) return account
    accounts.byKey = byKey
    await patiently(() => stroke(visit))
    return account
  }
}

/** Nobody but the owner's own phone has its key: what it keeps besides, a thief may have. */
const withoutKey = ({ place, owner }: Visit) => {
  const [, secret = ''] =
    new RegExp(`${rememberedCookieName}=([^;]*)`).exec(owner.phone.cookies) ?? []
  return new Phone(place.gate.url, {}, [`${rememberedCookieName}=${secret}`])
}

/** A node looks at policies by itself, every two seconds. */
const noticed = ({ gate, enrolled }: Place, version: number) =>
  until('the policy is known', async () => {
    const headers = { cookie: `${kioskCookie}=${enrolled.credential}` }
    const answer = await fetch(gate.url + paths.kiosk, { headers })
    return ((await answer.json()) as KioskView).policy?.version === version
  })

type Codes = Partial<Record<Method, string>>
const all = (code: string): Codes => ({
  password: code,
  passkey: code,
  remembered: code,
  sign_up: code,
})
/** Of whoever has an account. */
const known = (code: string): Codes => ({ password: code, passkey: code, remembered: code })
const unproven = {
  password: 'wrong_credentials',
  passkey: 'passkey_wrong',
  remembered: 'phone_forgotten',
}

/** What stands against an approval, and what each way is then answered. */
interface Against {
  codes: Codes
  /** @returns the browser that sends it, where it is not the owner's. */
  happens(visit: Visit): unknown
  /** What the log tells of the sign-in then. */
  told?: string[]
}

const againstEach: Record<string, Against> = {
  'the account is disabled': { codes: unproven, happens: strokes.disabled },
  'the account is gone': { codes: unproven, happens: strokes.erased },
  'the account is given another password': {
    codes: { password: 'wrong_credentials', remembered: 'phone_forgotten' },
    happens: strokes['given another password'],
  },
  'the account is recovered': {
    codes: { password: 'wrong_credentials', remembered: 'phone_forgotten' },
    happens: strokes.recovered,
  },
  ...Object.fromEntries(
    Object.entries(strokes).map(([name, stroke]) => [
      `the account is ${name} behind the proof`,
      {
        codes: known('account_unusable'),
        happens: (visit: Visit) => behindTheProof(visit, stroke),
      },
    ]),
  ),
  'another phone sends it': {
    codes: all('not_your_phone'),
    async happens(visit) {
      const thief = withoutKey(visit)
      await thief.open((await visit.place.kiosk.start()).frame.url)
      return thief
    },
  },
  'a browser without a phone key sends it': { codes: all('not_your_phone'), happens: withoutKey },
  'the sign-in’s time is over': {
    codes: all('expired'),
    async happens(visit) {
      visit.place.gate.passTime(3 * 60_000)
      const isWritten = async () => (await eventsOf(visit)).includes('sign_in.expired')
      await until('the reaper has come', isWritten)
    },
    told: ['sign_in.scanned', 'sign_in.expired'],
  },
  'somebody else has approved it': {
    codes: all('already_ended'),
    async happens({ place, owner, signIn }) {
      const { id: account } = await ownerAt(place)
      const answer = await owner.phone.post(`/s/${signIn.id}/sign-in`, { account, password })
      assert.equal(await codeOf(answer), 'approved')
    },
    told: ['sign_in.scanned', 'sign_in.approved'],
  },
  'the visitor has said no': {
    codes: all('already_ended'),
    happens: ({ owner, signIn }) => owner.phone.deny(signIn.id),
    told: ['sign_in.scanned', 'sign_in.denied'],
  },
}

/** What happens to the kiosk, at once to all who are there. */
const againstAll: Record<
  string,
  Required<Omit<Against, 'happens'>> & {
    happens(place: Place, visits: Visit[]): Promise<unknown>
  }
> = {
  'the kiosk is revoked': {
    codes: all('already_ended'),
    async happens({ gate, enrolled }, visits) {
      await enrolled.revoke()
      const { signIns } = gate.app.store
      await until('all is over there', async () => {
        const rows = await Promise.all(visits.map(({ signIn }) => signIns.read(signIn.id)))
        return rows.every(row => row?.state === 'cancelled')
      })
    },
    told: ['sign_in.scanned', 'sign_in.cancelled'],
  },
  'the kiosk’s policy forbids it': {
    codes: {
      passkey: 'method_not_allowed',
      remembered: 'method_not_allowed',
      sign_up: 'method_not_allowed',
    },
    async happens(place) {
      await place.enrolled.setPolicy({ methods: ['password'] })
      await noticed(place, 1)
    },
    told: ['sign_in.scanned'],
  },
  'the kiosk’s policy is one that nobody here can judge': {
    codes: all('method_not_allowed'),
    async happens(place) {
      const { kiosks } = place.gate.app.store
      const policy = '{"version":7,"document":{"reader":99}}'
      await kiosks.update(place.enrolled.number, old => ({
        next: { ...(old ?? assert.fail()), policy },
        events: [],
        quiet: true,
      }))
      await noticed(place, 7)
    },
    told: ['sign_in.scanned'],
  },
}

const entries = (codes: Codes) => Object.entries(codes) as [Method, string][]

async function assertRefused(visit: Visit, way: Method, told = ['sign_in.scanned']) {
  assert.deepEqual(await eventsOf(visit), told, way)
  const row = await visit.place.gate.app.store.signIns.read(visit.signIn.id)
  assert.notEqual(row?.account, visit.owner.key, way)
}

for (const [engine, database] of Object.entries(await startEngines(scope))) {
  const gate = await startLocal(scope, { DATABASE_URL: await database(scope) })
  gates.push(gate)
  const open = await placeAt(gate)

  for (const [what, { codes, happens, told }] of Object.entries(againstEach)) {
    test(`S047 S028: ${engine}: where ${what}, no way approves`, async () => {
      for (const [way, code] of entries(codes)) {
        const own = await visit(way, open)
        const by = await happens(own)
        const said = await own.send(by instanceof Phone ? by : undefined)
        assert.equal(said, code, way)
        await assertRefused(own, way, told)
        // Whoever was not the owner's phone has changed nothing for it.
        if (by instanceof Phone) assert.equal(await own.send(), 'approved', way)
      }
    })
  }

  for (const [what, { codes, happens, told }] of Object.entries(againstAll)) {
    test(`S033 S079: ${engine}: where ${what}, no way approves`, async () => {
      const place = await placeAt(gate)
      const visits = new Map<Method, Visit>()
      for (const [way] of entries(codes)) visits.set(way, await visit(way, place))
      await happens(place, [...visits.values()])
      for (const [way, own] of visits) {
        assert.equal(await own.send(), codes[way], way)
        await assertRefused(own, way, told)
      }
    })
  }

  for (const [what, stroke] of Object.entries(strokes)) {
    test(`S047 S107: ${engine}: where the account is ${what} after it has approved, nobody is told who it was`, async () => {
      for (const way of Object.keys(ways) as Method[]) {
        const own = await visit(way, open)
        assert.equal(await own.send(), 'approved', way)
        const { account } = (await gate.app.store.signIns.read(own.signIn.id)) ?? {}
        const { key, id } = (await gate.app.store.accounts.byKey(account ?? '')) ?? assert.fail()
        await stroke({ ...own, owner: { ...own.owner, key, id } })
        const claim = await open.kiosk.claim(own.signIn)
        assert.deepEqual([claim.status, await codeOf(claim)], [403, 'account_unusable'], way)
        assert.ok(!(await eventsOf(own)).includes('sign_in.claimed'), way)
      }
    })
  }

  test(`${engine}: every way approves where nothing stands against it`, async () => {
    for (const way of Object.keys(ways) as Method[]) {
      const own = await visit(way, open)
      assert.equal(await own.send(), 'approved', way)
      assert.equal(await own.send(), 'approved', `${way}, repeated`)
      await open.kiosk.claimed(own.signIn)
    }
  })
}
