import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StartAnswer } from '@qrgate/sdk/protocol'
import pg from 'pg'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { freshId, scan } from '../conformance/rows.ts'
import { patchedBy } from '../patches/patched-process.ts'
import { FakeClock, withoutFakeClocks } from '../support/fake-clock.ts'
import { temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { Kiosk } from '../support/kiosk.ts'
import { unlessBusy, until } from '../support/patience.ts'
import {
  claimPatiently,
  scanPatiently,
  signInPatiently,
  startPatiently,
} from '../support/patient-visit.ts'
import { Phone } from '../support/phone.ts'
import { PostgresServer } from '../support/postgres.ts'
import { longTimings, password, startProduction } from '../support/production.ts'
import { readiness, untilReady } from '../support/readiness.ts'

const [minute, hour] = [60_000, 3_600_000]
/** `npm run test:fault`: every step in both directions; `npm test` tries one that passes and one that lasts. */
const whole = process.env.QRGATE_TEST_FAULT === 'whole'
/** How a step is said. */
const [ahead, back, farAhead, ...small] = [
  { by: 2 * hour, said: 'ahead by 2 h' },
  { by: -2 * hour, said: 'back by 2 h' },
  // By more than final rows are kept.
  { by: 13 * hour, said: 'ahead by 13 h' },
  { by: 5 * minute, said: 'ahead by 5 min' },
  { by: -5 * minute, said: 'back by 5 min' },
] as const
const passing = whole ? [ahead, back, ...small] : [ahead]
const lasting = whole ? [ahead, back, ...small, farAhead] : [back]
const opposite = (said: string) =>
  said.startsWith('ahead') ? said.replace('ahead', 'back') : said.replace('back', 'ahead')

const longTimes = { ...longTimings, QRGATE_VISIT_SECONDS: '3600' }
const doubting = patchedBy('doubts-for-a-day', 'asks-the-time-often')
const believing = patchedBy('doubts-for-a-second', 'asks-the-time-often')

/** What has run out by a clock that is followed; who is before a kiosk is asked to begin anew. */
const onlyPending = { pending: 'expired' }
const allOver = { pending: 'expired', scanned: 'expired', approved: 'expired', claimed: 'ended' }

type Gate = Pick<GateProcess, 'url'>

async function untilClockSays(gates: readonly Gate[], words: RegExp): Promise<void> {
  for (const { url } of gates) {
    await until(`${url} says ${words}`, async () => {
      const { status, parts } = await readiness(url)
      assert.equal(status, 200, 'it works on')
      return words.test(parts.clock?.reason ?? '')
    })
  }
}

/** Sign-ins in every state, at the first gate; phones and kiosks may ask each of them. */
async function inAllStates(
  gates: readonly [Gate, ...Gate[]],
  kiosk: Kiosk,
  phoneAt: (url: string) => Phone,
  account: string,
) {
  const [{ url }] = gates
  const screen = kiosk.at(url)
  const phones = new Map<string, Phone>()
  const started = async (...way: ('scan' | 'approve' | 'claim' | 'deny' | 'cancel')[]) => {
    const signIn = await startPatiently(screen)
    const phone = phoneAt(url)
    phones.set(signIn.id, phone)
    for (const step of way) {
      if (step === 'scan') await scanPatiently(screen, signIn, phone)
      if (step === 'approve') await signInPatiently(phone, signIn, account, password)
      if (step === 'claim') await claimPatiently(screen, signIn)
      if (step === 'deny') assert.equal((await phone.deny(signIn.id)).status, 200)
      if (step === 'cancel') assert.equal((await screen.cancel(signIn)).status, 200)
    }
    return signIn
  }
  const all = {
    pending: await started(),
    scanned: await started('scan'),
    approved: await started('scan', 'approve'),
    claimed: await started('scan', 'approve', 'claim'),
    denied: await started('scan', 'deny'),
    cancelled: await started('cancel'),
  }
  const stateAt = async (at: string, signIn: StartAnswer) => (await kiosk.at(at).view(signIn)).state

  return {
    ...all,
    stateAt,
    /** On every gate each is what it was, but for those named. */
    async check(but: Partial<Record<keyof typeof all, string>> = {}) {
      for (const { url } of gates) {
        for (const [state, signIn] of Object.entries(all)) {
          const expected = but[state as keyof typeof all] ?? state
          assert.equal(await stateAt(url, signIn), expected, `${state} at ${url}`)
        }
        for (const { id } of [all.denied, all.cancelled]) await checkOver(url, id)
      }
    },
    /** What is over comes to nobody any more, and what goes on goes on. */
    async finish() {
      const phone = phones.get(all.scanned.id) as Phone
      await signInPatiently(phone, all.scanned, account, password)
      await claimPatiently(screen, all.scanned)
      await claimPatiently(screen, all.approved)
      await claimPatiently(screen, all.claimed)
    },
  }

  async function checkOver(at: string, id: string) {
    const phone = (phones.get(id) as Phone).at(at)
    const late = await unlessBusy(() => phone.signIn(id, account, password))
    assert.ok([403, 409, 410].includes(late.status), `${late.status}: nothing comes back to life`)
  }
}

/** From start to claim. */
async function signInAcross(from: Gate, kiosk: Kiosk, phone: Phone, account: string) {
  const screen = kiosk.at(from.url)
  const signIn = await startPatiently(screen)
  await scanPatiently(screen, signIn, phone)
  await signInPatiently(phone, signIn, account, password)
  await claimPatiently(screen, signIn)
  return signIn
}

test('F22, N79: the clock of the database is set while people sign in', {
  skip: withoutFakeClocks,
}, async t => {
  const env = { ...longTimes, ...doubting }
  const production = await startProduction(t, { env, ownClock: true })
  const { nodes, postgres, redis, store } = production
  const [a, b] = nodes
  const account = 'visitor-0'
  await production.addAccounts(['홍길동'])
  const { kiosk } = await production.enrol(a.url)
  const prepare = () => inAllStates(nodes, kiosk, production.phone, account)
  const setClock = (ahead: number) => postgres.clock?.set(ahead)
  const pool = new pg.Pool({ connectionString: production.settings.DATABASE_URL, max: 1 })
  // The server goes before it does.
  pool.on('error', () => {})
  t.after(() => pool.end())

  /** A round of the reapers that began after now: one writes down what has run out by any clock. */
  const reaped = async () => {
    const signIn = await startPatiently(kiosk.at(a.url))
    await scanPatiently(kiosk.at(a.url), signIn, production.phone(a.url))
    await pool.query('update sign_ins set deadline = 1 where id = $1', [signIn.id])
    const state = async () => (await store.signIns.read(signIn.id))?.state
    await until('it is written down', async () => (await state()) === 'expired')
  }

  /** New visitors get through, both ways; what was hinted at by nobody is found. */
  const checkNewVisits = async () => {
    await signInAcross(a, kiosk, production.phone(b.url), account)
    await signInAcross(b, kiosk, production.phone(a.url), account)
    const screen = kiosk.at(a.url)
    const signIn = await startPatiently(screen)
    const socket = await screen.watch(signIn)
    await socket.state(signIn.id, 'pending')
    redis.freeze()
    await scanPatiently(kiosk.at(b.url), signIn, production.phone(b.url))
    await socket.state(signIn.id, 'scanned')
    redis.thaw()
    socket.cut()
  }

  /** Whoever seals goes on: no lease is held until a time that comes in hours. */
  const checkSealed = () =>
    until('all of the log is sealed', async () => {
      const { rows } = await pool.query('select 1 from log where position is null limit 1')
      return rows.length === 0
    })

  for (const { by, said } of passing) {
    await t.test(`${said}, for less than a minute: nothing happens`, async () => {
      const signIns = await prepare()
      setClock(by)
      const doubt = `^the database's clock has jumped ${said}; not believed before it has lasted`
      await untilClockSays(nodes, new RegExp(doubt))
      await reaped()
      await signIns.check()
      await checkNewVisits()
      await checkSealed()
      setClock(0)
      await untilReady(nodes, 'ready')
      await reaped()
      await signIns.check()
      await signIns.finish()
    })
  }
  for (const node of nodes) await node.logged(/the database's clock is right again/)

  for (const node of nodes) await node.kill('SIGTERM')
  for (const node of nodes) await node.boot(believing)

  /** Sets it, and waits until all nodes go by it. */
  const setForLong = async (ahead: number, said: string) => {
    const words = new RegExp(`has jumped ${said}; it has lasted, and the gate goes by it now`, 'g')
    const saidSoFar = nodes.map(({ output }) => output.match(words)?.length ?? 0)
    setClock(ahead)
    for (const [n, node] of nodes.entries()) {
      const saidBefore = saidSoFar[n] ?? 0
      await until(`it goes by ${said}`, () => (node.output.match(words)?.length ?? 0) > saidBefore)
    }
  }

  for (const { by, said } of lasting) {
    await t.test(`${said}, for longer: what is over stays over, and all goes on`, async () => {
      const signIns = await prepare()
      const { pending } = signIns
      const socket = await kiosk.at(a.url).watch(pending)
      await socket.state(pending.id, 'pending')

      await setForLong(by, said)
      // Its kiosk is told now, and not when the time comes that was told before.
      await socket.state(pending.id, 'expired')
      await reaped()
      await signIns.check(by > hour ? allOver : onlyPending)
      // Nobody has more time than there ever was.
      const { expires_in_ms: left = 0 } = await kiosk.at(b.url).view(signIns.scanned)
      assert.ok(left <= hour, `${left} ms are left`)
      await checkNewVisits()
      await checkSealed()

      await setForLong(0, opposite(said))
      await reaped()
      await signIns.check(Math.abs(by) > hour ? allOver : onlyPending)
      for (const { id } of [signIns.denied, signIns.cancelled]) {
        assert.ok(await store.signIns.read(id), 'it is still there')
      }
      await checkNewVisits()
      await checkSealed()
      socket.cut()
    })
  }
})

test('N79: looks for changes and leases go back with the clock of the database', {
  skip: withoutFakeClocks,
}, async t => {
  const postgres = await PostgresServer.start(t, { ownClock: true })
  const store = await openPostgresStore(await postgres.gateDatabase())
  t.after(() => store.close())
  const { signIns, watched, leases } = store
  const changed = async () => {
    const id = freshId()
    await signIns.update(id, scan(id))
    return id
  }
  const seen = async (since: number) => {
    const { at, changed } = (await watched.changes(since)) ?? { at: 0, changed: [] }
    return { at, ids: changed.map(({ id }) => id) }
  }
  const before = await changed()
  const first = await seen(0)
  assert.deepEqual(first.ids, [before])
  assert.ok(await leases.take('sealer', 'one', 10_000))
  assert.equal(await leases.take('sealer', 'another', 10_000), null)

  postgres.clock?.set(-2 * hour)
  const back = await seen(first.at)
  assert.ok(back.at < first.at - hour, 'it is known to have gone back')
  const since = await changed()
  assert.deepEqual((await seen(back.at)).ids, [since], 'and what is of before is told no more')
  const lease = await leases.take('sealer', 'another', 10_000)
  assert.equal(lease?.epoch, 2)

  postgres.clock?.set(0)
  const ahead = await seen(back.at)
  assert.ok(ahead.at > first.at - 10_000)
  assert.equal((await leases.take('sealer', 'one', 10_000))?.epoch, 3)
})

test("F22, N79: the machine's clock is set under a gate on SQLite", {
  skip: withoutFakeClocks,
}, async t => {
  const clock = new FakeClock(temporaryFolder(t))
  const gate = await GateProcess.prepare(t, { ...longTimes, ...clock.env })
  await gate.boot(doubting)
  const kiosk = new Kiosk(gate.url)
  const newPhone = () => new Phone(gate.url)
  // The demo has nobody to sign in as.
  const [account, somebody] = ['hong', newPhone()]
  const first = await startPatiently(kiosk)
  await scanPatiently(kiosk, first, somebody)
  assert.equal((await somebody.signUp(first.id, account, '홍길동', password)).status, 200)
  const visit = () => signInAcross(gate, kiosk, newPhone(), account)

  for (const { by, said } of passing) {
    await t.test(`${said}, for less than a minute: nothing happens`, async () => {
      const signIns = await inAllStates([gate], kiosk, newPhone, account)
      clock.set(by)
      await untilClockSays(
        [gate],
        new RegExp(`^this machine's clock has jumped ${said}; not believed before it has lasted`),
      )
      await visit()
      await signIns.check()
      clock.set(0)
      await untilReady([gate], 'ready')
      await signIns.check()
      await signIns.finish()
    })
  }

  const words = 'back by 2 h, for longer: who is signed in stays so, and all goes on'
  await t.test(words, { skip: !whole }, async () => {
    await gate.kill('SIGTERM')
    await gate.boot(believing)
    const signIns = await inAllStates([gate], kiosk, newPhone, account)
    clock.set(-2 * hour)
    await gate.logged(/this machine's clock has jumped back by 2 h; it has lasted/)
    await visit()
    await signIns.check(onlyPending)
    await signIns.finish()
  })
})
