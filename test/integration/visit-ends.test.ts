import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { finalStates, type SignInView } from '@qrgate/sdk/protocol'
import pino from 'pino'
import type { Prove } from '../../server/src/accounts/methods/proof.ts'
import { type Core, createCore } from '../../server/src/boot/core.ts'
import { readConfig } from '../../server/src/config.ts'
import { Refusal } from '../../server/src/errors.ts'
import type { LogEventName } from '../../server/src/protocol/log-event.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import type { Phone } from '../../server/src/signin/phone.ts'
import type { Kiosk } from '../../server/src/store/kiosk.ts'
import type { Scope } from '../support/gate.ts'
import { PostgresServer } from '../support/postgres.ts'
import { seeded } from '../support/seeded.ts'

/*
 * `end`, `not_me`, revocation, idleness and claim against each other, in every order that a seed can
 * think of: one end, one event, and kiosk and phone agree.
 */

const secretKey = 'a secret key that only this test uses and nobody else'
const phone: Phone = { key: 'k'.repeat(43), kind: 'iphone', address: '203.0.113.7' }
const seed = Number(process.env.QRGATE_TEST_SEED ?? 20_261_128)

/** Nodes of one gate, on one database. */
async function startCores(t: TestContext | Scope, databaseUrl: string, nodes: number) {
  const env = {
    PUBLIC_URL: 'http://127.0.0.1:8080',
    SECRET_KEY: secretKey,
    DATABASE_URL: databaseUrl,
    QRGATE_DATA_DIR: '/nowhere',
  }
  const cores: Core[] = []
  for (let n = 0; n < nodes; n += 1) {
    const core = await createCore(readConfig(env, 'demo'), pino({ level: 'silent' }))
    t.after(() => core.close())
    cores.push(core)
  }
  return cores
}

interface Visit {
  id: string
  kiosk: Kiosk
  secret: string
}

/** Whoever has a hand in how a visit ends, at one node. */
const hands: Record<string, (core: Core, visit: Visit) => Promise<unknown>> = {
  claim: async ({ flow }, { id, secret }) => flow.claim(await flow.proveKiosk(id, secret)),
  end: async ({ flow, visits }, { id, secret }) =>
    visits.end(await flow.proveKiosk(id, secret), 'kiosk'),
  idle: async ({ flow, visits }, { id, secret }) =>
    visits.end(await flow.proveKiosk(id, secret), 'idle'),
  endByPhone: ({ visits }, { id }) => visits.endByPhone(id, phone.key),
  disown: ({ visits }, { id }) => visits.disown(id, phone),
  revoke: ({ flow }, { kiosk }) => flow.cancelAllOf(kiosk.number),
  leave: async ({ flow, visits }, { id, secret }) =>
    visits.leave(await flow.proveKiosk(id, secret)),
  comeBack: async ({ flow }, { id, secret }) => flow.view(await flow.proveKiosk(id, secret)),
}

const ends: ReadonlySet<LogEventName> = new Set(['visit.ended', 'sign_in.cancelled'])

/** Somebody has signed in; the kiosk may have claimed it already. */
async function begin({ accounts, flow, kiosks }: Core, claimed: boolean): Promise<Visit> {
  const { kiosk } = await kiosks.enrol({ ko: '접수', en: 'Desk' }, system)
  const { id, kiosk_secret: secret, frame } = flow.start(kiosk)
  const ticket = new URL(frame.url).pathname.split('/').at(-1) ?? ''
  const { receipt } = await flow.open(ticket, phone.key)
  await flow.scan(id, receipt ?? '', phone)
  const account = await accounts.byId('hong')
  assert.ok(account)
  const prove: Prove = async () => ({ account, method: 'password', amr: ['pwd'] })
  await flow.approve(id, phone, prove)
  if (claimed) await flow.claim(await flow.proveKiosk(id, secret))
  return { id, kiosk, secret }
}

/** Lets the hands go at it at once; what comes too late is refused, and nothing else happens. */
async function rush(cores: readonly Core[], random: () => number, visit: Visit): Promise<string[]> {
  const pick = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)] as T
  const names = Array.from({ length: 3 + Math.floor(random() * 5) }, () => pick(Object.keys(hands)))
  const results = await Promise.allSettled(
    names.map(async name => {
      for (let turns = Math.floor(random() * 12); turns > 0; turns -= 1) await null
      return hands[name]?.(pick(cores), visit)
    }),
  )
  for (const result of results) {
    if (result.status === 'rejected' && !(result.reason instanceof Refusal)) throw result.reason
  }
  return names
}

async function assertOneEnd(cores: readonly Core[], visit: Visit, names: string[]): Promise<void> {
  const [core] = cores as [Core, ...Core[]]
  const { flow, store } = core
  const { id, secret } = visit
  const told = `${names.join(' ')} of ${id}`
  const rows = await store.log.waiting({ kiosk: visit.kiosk.number }, { after: 0 }, 50)
  const events = rows.map(({ event }) => event as LogEventName)
  const row = await store.signIns.read(id)
  assert.ok(row, told)
  const ended = events.filter(event => ends.has(event))
  assert.equal(ended.length, finalStates.has(row.state) ? 1 : 0, `${told}: ${events}`)
  assert.ok(events.filter(event => event === 'report.not_me').length <= 1, told)
  assert.ok(events.filter(event => event === 'sign_in.claimed').length <= 1, told)
  if (names.includes('end') || names.includes('endByPhone') || names.includes('disown')) {
    assert.ok(finalStates.has(row.state), `${told} is not over`)
  }
  // Whoever asks wherever hears the same.
  const views: SignInView[] = []
  for (const { flow } of cores) views.push(await flow.view(await flow.proveKiosk(id, secret)))
  const { signIn } = await flow.viewOfPhone(id, phone.key)
  for (const { state, reason } of views) {
    assert.deepEqual([state, reason], [signIn.state, signIn.reason ?? undefined], told)
  }
}

async function interleave(cores: readonly Core[], count: number): Promise<void> {
  const [core] = cores as [Core, ...Core[]]
  const account = { id: 'hong', name: '홍길동', password: 'correct horse battery' }
  await core.accounts.register(account, system)
  const random = seeded(seed)
  for (let n = 0; n < count; n += 1) {
    const visit = await begin(core, random() < 0.6)
    const names = await rush(cores, random, visit)
    await assertOneEnd(cores, visit, names)
  }
}

/** `npm run test:fault`: a thousand. */
const visits = process.env.QRGATE_TEST_FAULT === 'whole' ? 1_000 : 120

test('visits end once, whoever ends them', async t => {
  await interleave(await startCores(t, 'sqlite::memory:', 1), visits)
})

test('on two nodes at once, too', async t => {
  const postgres = await PostgresServer.start({ after })
  await interleave(await startCores(t, await postgres.gateDatabase(), 2), 40)
})
