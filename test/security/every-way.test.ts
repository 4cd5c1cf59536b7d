import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import { rememberedCookieName } from '../../server/src/http/server/cookies.ts'
import type { Method } from '../../server/src/protocol/policy-document.ts'
import {
  another,
  behindTheProof,
  codeOf,
  eventsOf,
  newId,
  noticed,
  ownerAt,
  type Place,
  password,
  placeAt,
  strokes,
  type Visit,
  visit,
  ways,
  withoutKey,
} from '../support/approving.ts'
import { Authenticator } from '../support/authenticator.ts'
import type { Gate } from '../support/gate.ts'
import { startEngines } from '../support/log-engines.ts'
import { startLocal, toUse } from '../support/passkey-page.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { isWhole } from '../support/whole.ts'

/*
 * One gate for all ways to sign in: whatever stands against an approval stands against it whichever way
 * somebody comes, and the log tells of none.
 */

const scope = { after } as TestContext
const gates: Gate[] = []
// First of all: they would wait for a database that is gone.
after(() => Promise.all(gates.map(gate => gate.close())))

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
  'the kiosk has cancelled it': {
    codes: all('already_ended'),
    happens: ({ place, signIn }) => place.kiosk.cancel(signIn),
    told: ['sign_in.scanned', 'sign_in.cancelled'],
  },
  'the kiosk has another phone’s owner': {
    codes: all('already_ended'),
    happens: ({ place, signIn }) => place.kiosk.cancel(signIn, 'not_my_phone'),
    told: ['sign_in.scanned', 'sign_in.cancelled'],
  },
}

/** What becomes of an approval, after which the same is sent once more. */
const afterwards: Record<
  string,
  { code: string; happens(visit: Visit): Promise<unknown>; told: string[] }
> = {
  'the visit has ended': {
    code: 'already_ended',
    async happens({ place, signIn }) {
      await place.kiosk.claimed(signIn)
      const ended = await place.kiosk.post(paths.end(signIn.id), signIn.kiosk_secret, {})
      assert.equal(ended.status, 200)
    },
    told: ['sign_in.scanned', 'sign_in.approved', 'sign_in.claimed', 'visit.ended'],
  },
  'its owner has said that it was somebody else': {
    code: 'already_ended',
    async happens({ place, owner, signIn }) {
      await place.kiosk.claimed(signIn)
      assert.equal((await owner.phone.post(`/s/${signIn.id}/not-me`, {})).status, 200)
    },
    told: [
      ...['sign_in.scanned', 'sign_in.approved', 'sign_in.claimed'],
      ...['visit.ended', 'report.not_me'],
    ],
  },
  'nobody has claimed it in time': {
    code: 'expired',
    async happens(visit) {
      visit.place.gate.passTime(2 * 60_000)
      const isWritten = async () => (await eventsOf(visit)).includes('sign_in.expired')
      await until('the reaper has come', isWritten)
    },
    told: ['sign_in.scanned', 'sign_in.approved', 'sign_in.expired'],
  },
}

/** Where somebody else tries a way, or somebody who has it no more. */
const wrongProofs: Record<Method, (visit: Visit) => Promise<string>> = {
  password: async ({ owner, signIn }) =>
    codeOf(await owner.phone.signIn(signIn.id, 'nobody-at-all', another)),
  passkey: async ({ owner, signIn, place }) => {
    const page = await (await owner.phone.get(`/s/${signIn.id}?form=sign-in`)).text()
    const credential = new Authenticator().get(toUse(page, place.gate))
    return codeOf(await owner.phone.post(`/s/${signIn.id}/passkey`, { credential }))
  },
  remembered: async ({ owner: { phone }, signIn }) => {
    const kept = phone.cookies.split('; ').filter(cookie => !cookie.includes(rememberedCookieName))
    return codeOf(await new Phone(phone.url, {}, kept).approve(signIn.id))
  },
  sign_up: async ({ owner, signIn }) =>
    codeOf(await owner.phone.signUp(signIn.id, owner.id, '', '')),
}

const nobodyJudges = 'the kiosk’s policy is one that nobody here can judge'

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
  [nobodyJudges]: {
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
  const { signIns, rememberedPhones, accounts } = visit.place.gate.app.store
  const row = await signIns.read(visit.signIn.id)
  assert.notEqual(row?.account, visit.owner.key, way)
  assert.ok((await rememberedPhones.of(visit.owner.key)).length <= 1, way)
  assert.equal(await accounts.byIdKey(newId(visit.signIn.id)), null, way)
}

for (const [nth, [engine, database]] of Object.entries(await startEngines(scope)).entries()) {
  const gate = await startLocal(scope, { DATABASE_URL: await database(scope) })
  gates.push(gate)
  const open = await placeAt(gate)
  let rows = 0
  const tried = (name: string, work: () => Promise<void>) => {
    rows += 1
    if (isWhole || rows % 2 === nth) test(name, work)
  }

  for (const [what, { codes, happens, told }] of Object.entries(againstEach)) {
    tried(`S047 S028: ${engine}: where ${what}, no way approves`, async () => {
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
    tried(`S033 S079: ${engine}: where ${what}, no way approves`, async () => {
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

  tried(`S021: ${engine}: before the scan no way approves, whoever has the page`, async () => {
    for (const way of Object.keys(ways) as Method[]) {
      const own = await visit(way, open, { isScanned: false })
      assert.equal(await own.send(), 'not_your_phone', way)
      await assertRefused(own, way, [])
    }
  })

  tried(
    `S033 S048: ${engine}: where a way is closed, a wrong proof is answered like a right one`,
    async () => {
      const place = await placeAt(gate)
      const visits = new Map<Method, Visit>()
      for (const way of Object.keys(ways) as Method[]) visits.set(way, await visit(way, place))
      for (const what of ['the kiosk’s policy forbids it', nobodyJudges]) {
        const { codes, happens } = againstAll[what] ?? assert.fail()
        await happens(place, [])
        for (const [way, code] of entries(codes)) {
          const own = visits.get(way) ?? assert.fail()
          assert.equal(await wrongProofs[way](own), code, way)
          await assertRefused(own, way)
        }
      }
    },
  )

  for (const [what, { code, happens, told }] of Object.entries(afterwards)) {
    tried(`S019: ${engine}: where ${what}, the same once more changes nothing`, async () => {
      for (const way of Object.keys(ways) as Method[]) {
        const own = await visit(way, open)
        assert.equal(await own.send(), 'approved', way)
        await happens(own)
        await until('the log is written', async () => (await eventsOf(own)).length === told.length)
        const row = await gate.app.store.signIns.read(own.signIn.id)
        assert.equal(await own.send(), code, way)
        assert.deepEqual(await gate.app.store.signIns.read(own.signIn.id), row, way)
        assert.deepEqual(await eventsOf(own), told, way)
      }
    })
  }

  for (const [what, stroke] of Object.entries(strokes)) {
    tried(
      `S047 S107: ${engine}: where the account is ${what} after it has approved, nobody is told who it was`,
      async () => {
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
      },
    )
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
