import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { passkey } from '../../../test/conformance/passkey-promises.ts'
import { account } from '../../../test/conformance/rows.ts'
import { localBus } from '../bus/local.ts'
import { createKiosks } from '../kiosks/kiosks.ts'
import { system } from '../protocol/log-event.ts'
import { advance } from '../protocol/sign-in.ts'
import { createSignInId } from '../protocol/sign-in-id.ts'
import { type Step, unscanned } from '../protocol/sign-in-row.ts'
import type { SignIns } from '../store/sign-ins.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createMoves } from './moves.ts'
import { startReaper } from './reaper.ts'

const timings = {
  pending: 300_000,
  scanned: 180_000,
  approved: 120_000,
  claimAgain: 120_000,
  visit: 600_000,
}
const phoneHash = 'hash of the phone'
const scan: Step = { type: 'scan', phoneHash, phoneKind: 'iphone' }
const approve: Step = {
  type: 'approve',
  method: 'password',
  epoch: 0,
  phoneHash,
  account: 'u1',
  amr: ['pwd'],
}
const approvals = ['sign_in.scanned', 'sign_in.approved']

/**
 * As many as a round takes: one for each commit, and one for each kind of row that is removed. SQLite in memory waits
 * for nothing else.
 */
async function roundOver(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await turn()
}

/** A reaper over a real store; its rounds come when the test says, at the time the test says. */
async function setUp(t: TestContext, reapers = 1) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  t.mock.timers.enable({ apis: ['setInterval'] })
  const bus = localBus()
  const signIns: SignIns = { ...store.signIns }
  let now = 1_800_000_000_000
  const clock = () => now
  const kiosks = createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
  const moves = createMoves({ signIns, bus, clock, kiosks, timings })
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  let steadyFor = Number.POSITIVE_INFINITY
  let doubted = 0
  const steadiness = { earliest: () => now + doubted, steadyFor: () => steadyFor, setAt: () => 0 }
  const expireHandOff = async () => {}
  const removeAccount = async () => {}
  const stops = Array.from({ length: reapers }, () =>
    startReaper({
      ...store,
      signIns,
      expireHandOff,
      removeAccount,
      moves,
      clock,
      steadiness,
      onError,
    }),
  )
  t.after(() => {
    for (const stop of stops) stop()
  })
  let count = 0
  return {
    bus,
    signIns,
    errors,
    stop: () => stops.forEach(stop => void stop()),
    pass: (ms: number) => {
      now += ms
      steadyFor += ms
    },
    /** The clock is set, and that is followed. */
    step: (ms: number) => {
      now += ms
      steadyFor = 0
    },
    /** Another clock says that it is so much earlier, and nobody knows yet which one is right. */
    doubt: (ms: number) => {
      doubted = ms
    },
    round: async () => {
      t.mock.timers.tick(1_000)
      await roundOver()
    },
    /** A sign-in that has come so far. */
    after: async (...steps: Step[]) => {
      count += 1
      const id = createSignInId(now, Buffer.alloc(10, count))
      for (const step of steps) {
        await store.signIns.update(id, old =>
          advance(old ?? unscanned(id, 101, true), step, now, timings),
        )
      }
      return id
    },
    events: async (id: string) => {
      const rows = await store.log.waiting({}, { after: 0 }, 1_000)
      return rows.filter(({ subject }) => subject === id).map(({ event }) => event)
    },
    read: store.signIns.read,
    store,
    now: () => now,
  }
}

test('I12: what has run out is written down, logged once and hinted at', async t => {
  const gate = await setUp(t)
  const scanned = await gate.after(scan)
  const approved = await gate.after(scan, approve)
  const claimed = await gate.after(scan, approve, { type: 'claim' })
  const hints: string[] = []
  for (const id of [scanned, approved, claimed]) gate.bus.subscribe(id, () => hints.push(id))

  gate.pass(timings.approved)
  await gate.round()
  assert.deepEqual(hints, [approved])
  gate.pass(timings.visit)
  await gate.round()
  await gate.round()
  assert.deepEqual(hints, [approved, scanned, claimed])
  assert.deepEqual(await gate.events(scanned), ['sign_in.scanned', 'sign_in.expired'])
  assert.deepEqual(await gate.events(approved), [...approvals, 'sign_in.expired'])
  assert.deepEqual(await gate.events(claimed), [...approvals, 'sign_in.claimed', 'visit.ended'])
  assert.equal((await gate.read(scanned))?.reason, 'abandoned')
  assert.equal((await gate.read(approved))?.reason, 'unclaimed')
  assert.equal((await gate.read(claimed))?.state, 'ended')
})

test('N66: whatever has piled up, the loop turns before more than a few are written down', async t => {
  const gate = await setUp(t)
  const ids = await Promise.all(Array.from({ length: 200 }, () => gate.after(scan)))
  let done = 0
  for (const id of ids) gate.bus.subscribe(id, () => void done++)
  gate.pass(timings.scanned)
  const perTurn: number[] = []
  const reaped = gate.round()
  while (done < ids.length) {
    const before = done
    await turn()
    perTurn.push(done - before)
  }
  await reaped
  assert.ok(Math.max(...perTurn) <= 25, `${perTurn}`)
})

test('what has time left is let be', async t => {
  const gate = await setUp(t)
  const id = await gate.after(scan)
  gate.pass(timings.scanned - 1)
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'scanned')
  gate.pass(1)
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'expired')
})

test('I10: of several nodes that reap at once one has an effect', async t => {
  const gate = await setUp(t, 4)
  const ids = await Promise.all(Array.from({ length: 20 }, () => gate.after(scan)))
  let hints = 0
  for (const id of ids) gate.bus.subscribe(id, () => void hints++)
  gate.pass(timings.scanned)
  await gate.round()
  await gate.round()
  for (const id of ids)
    assert.deepEqual(await gate.events(id), ['sign_in.scanned', 'sign_in.expired'])
  assert.equal(hints, ids.length)
})

test('N79: a final row stays for twelve hours, and what the log tells of it for longer', async t => {
  const gate = await setUp(t)
  const id = await gate.after(scan, { type: 'deny', phoneHash })
  gate.pass(12 * 3_600_000)
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'denied')
  gate.pass(1)
  await gate.round()
  assert.equal(await gate.read(id), null)
  assert.deepEqual(await gate.events(id), ['sign_in.scanned', 'sign_in.denied'])
})

test('an old sign-in that is only now written down is still kept for twelve hours', async t => {
  const gate = await setUp(t)
  const id = await gate.after(scan)
  gate.pass(24 * 3_600_000)
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'expired')
})

test('a round that fails is reported, and the next one does its work', async t => {
  const gate = await setUp(t)
  const id = await gate.after(scan)
  gate.pass(timings.scanned)
  const { overdue } = gate.signIns
  gate.signIns.overdue = () => Promise.reject(new Error('the database is away'))
  await gate.round()
  assert.equal(gate.errors.length, 1)
  gate.signIns.overdue = overdue
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'expired')
})

test('a slow round is not overtaken by the next one', async t => {
  const gate = await setUp(t)
  let rounds = 0
  let finish = () => {}
  gate.signIns.overdue = () => {
    rounds += 1
    return new Promise(resolve => {
      finish = () => resolve([])
    })
  }
  await gate.round()
  await gate.round()
  assert.equal(rounds, 1)
  finish()
  await roundOver()
  await gate.round()
  assert.equal(rounds, 2)
})

test('a reaper that is stopped does nothing more', async t => {
  const gate = await setUp(t)
  const id = await gate.after(scan)
  gate.pass(timings.scanned)
  gate.stop()
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'scanned')
})

test('a row that vanishes meanwhile keeps no other from its end', async t => {
  const gate = await setUp(t)
  const id = await gate.after(scan)
  const { overdue } = gate.signIns
  const vanished = createSignInId(1_800_000_000_000, Buffer.alloc(10, 99))
  gate.signIns.overdue = async (now, limit) => [vanished, ...(await overdue(now, limit))]
  gate.pass(timings.scanned)
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'expired')
  assert.equal(gate.errors.length, 1)
})

test('N79: a step ahead removes nothing before the clock has gone on for an hour', async t => {
  const gate = await setUp(t)
  const id = await gate.after(scan, { type: 'deny', phoneHash })
  gate.step(13 * 3_600_000)
  await gate.round()
  gate.pass(3_600_000 - 1)
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'denied')
  gate.pass(1)
  await gate.round()
  assert.equal(await gate.read(id), null)
})

test('N79: what a clock has written that was set back has as much time left as it had', async t => {
  const gate = await setUp(t)
  const scanned = await gate.after(scan)
  const claimed = await gate.after(scan, approve, { type: 'claim' })
  const denied = await gate.after(scan, { type: 'deny', phoneHash })
  const before = await gate.events(claimed)
  gate.step(-2 * 3_600_000)
  await gate.round()
  gate.pass(timings.scanned - 1)
  await gate.round()
  const states = () =>
    Promise.all([scanned, claimed, denied].map(async id => (await gate.read(id))?.state))
  assert.deepEqual(await states(), ['scanned', 'claimed', 'denied'])
  assert.deepEqual(await gate.events(claimed), before)
  gate.pass(1)
  await gate.round()
  assert.deepEqual(await states(), ['expired', 'claimed', 'denied'])
  gate.pass(timings.visit - timings.scanned)
  await gate.round()
  assert.deepEqual(await states(), ['expired', 'ended', 'denied'])
})

test('N79: nothing is written down as over, nor removed, by a time that is doubted', async t => {
  const gate = await setUp(t)
  const id = await gate.after(scan)
  const over = await gate.after(scan, { type: 'deny', phoneHash })
  gate.pass(13 * 3_600_000)
  gate.doubt(-13 * 3_600_000)
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'scanned')
  assert.equal((await gate.read(over))?.state, 'denied')
  gate.doubt(0)
  await gate.round()
  assert.equal((await gate.read(id))?.state, 'expired')
  assert.equal(await gate.read(over), null)
})

test('S134: what was removed, voided or forgotten, or has run out, is gone half a day later', async t => {
  const { store, now, pass, round, errors } = await setUp(t)
  const at = now()
  const half = 12 * 3_600_000
  const event = { event: 'account.added', at, actor: system } as const
  const events = [{ ...event, subject: { kind: 'account', id: 'hong' } as const }]
  const times = { createdAt: at, usedAt: at }
  await store.accounts.update('hong', () => ({
    next: account('hong', { recoveryHash: 'link', recoveryExpiresAt: at }),
    events,
  }))
  await store.passkeys.update('key', () => ({
    next: passkey('key', { ...times, removedAt: at }),
    events,
  }))
  const phone = { hash: 'phone', kind: 'iphone', provenAt: at, ...times } as const
  await store.rememberedPhones.update('phone', () => ({
    next: { ...phone, account: 'hong', epoch: 0, amr: ['pwd'], forgottenAt: at },
    events,
  }))
  await store.sessions.update('session', () => ({
    next: { hash: 'session', account: 'hong', epoch: 0, ...times, endedAt: at },
    events,
  }))
  const code = { name: 'BCD', usesLeft: 1, createdAt: at, expiresAt: at + 365 * 86_400_000 }
  await store.invitations.update('code', () => ({
    next: { hash: 'code', ...code, voidedAt: at },
    events,
  }))
  const kept = async () => [
    (await store.accounts.byKey('hong'))?.recoveryHash ?? null,
    (await store.passkeys.byId('key'))?.id ?? null,
    (await store.rememberedPhones.byHash('phone'))?.hash ?? null,
    (await store.sessions.byHash('session'))?.hash ?? null,
    (await store.invitations.byHash('code'))?.hash ?? null,
  ]
  pass(half)
  await round()
  assert.deepEqual(await kept(), ['link', 'key', 'phone', 'session', 'code'])
  pass(1)
  await round()
  assert.deepEqual(await kept(), [null, null, null, null, null])
  assert.equal((await store.accounts.byKey('hong'))?.recoveryExpiresAt, null)
  assert.deepEqual(errors, [])
})

test('a recovery link that is made while an older one is being forgotten stays', async t => {
  const { store, now, pass, round } = await setUp(t)
  const at = now()
  await store.accounts.update('hong', () => ({
    next: account('hong', { recoveryHash: 'old', recoveryExpiresAt: at }),
    events: [],
    quiet: true,
  }))
  pass(13 * 3_600_000)
  const { pastRecovery } = store.accounts
  t.mock.method(store.accounts, 'pastRecovery', async (before: number, limit: number) => {
    const found = await pastRecovery(before, limit)
    await store.accounts.update('hong', old => ({
      next: { ...(old ?? assert.fail()), recoveryHash: 'new', recoveryExpiresAt: now() + 60_000 },
      events: [],
      quiet: true,
    }))
    return found
  })
  await round()
  assert.equal((await store.accounts.byKey('hong'))?.recoveryHash, 'new')
})
