import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import pino from 'pino'
import type { Prove } from '../../server/src/accounts/methods/proof.ts'
import { type Core, createCore } from '../../server/src/boot/core.ts'
import { readConfig } from '../../server/src/config.ts'
import { Refusal } from '../../server/src/errors.ts'
import { overStates } from '../../server/src/protocol/hand-off.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import type { Phone } from '../../server/src/signin/phone.ts'
import type { Client } from '../../server/src/store/client.ts'
import type { Kiosk } from '../../server/src/store/kiosk.ts'
import { service } from '../support/hand-off-gate.ts'
import { PostgresServer } from '../support/postgres.ts'
import { Receiver } from '../support/receiver.ts'
import { seeded } from '../support/seeded.ts'

/*
 * "It was not me" against every step of a hand-off, in every order that a seed can think of: the wrong
 * person's arrival is cancelled, or was never sent; and of nobody there are two.
 */

const secretKey = 'a secret key that only this test uses and nobody else'
const phone: Phone = { key: 'k'.repeat(43), kind: 'iphone', address: '203.0.113.7' }
const seed = Number(process.env.QRGATE_TEST_SEED ?? 20_261_129)

interface Visit {
  id: string
  kiosk: Kiosk
  client: Client
  secret: string
}

/** Nodes of one gate on one database, with a client whose receiver is real. */
async function startCores(t: TestContext, databaseUrl: string, nodes: number) {
  const receiver = await Receiver.start(t)
  const env = {
    PUBLIC_URL: 'http://127.0.0.1:8080',
    SECRET_KEY: secretKey,
    DATABASE_URL: databaseUrl,
    QRGATE_DATA_DIR: '/nowhere',
    QRGATE_WEBHOOK_HOSTS: receiver.host,
  }
  const cores: Core[] = []
  for (let n = 0; n < nodes; n += 1) {
    const core = await createCore(readConfig(env, 'demo'), pino({ level: 'silent' }))
    t.after(() => core.close())
    cores.push(core)
  }
  const [core] = cores as [Core, ...Core[]]
  const name = { ko: '서울내과', en: 'Seoul Clinic' }
  const added = await core.clients.add(
    { id: 'clinic', name, claims: ['name'], endpoint: receiver.url },
    system,
  )
  receiver.trust(added.webhookSecret)
  const services = [service('exam'), service('pay')]
  const client = await core.clients.setServices('clinic', services, system)
  await core.accounts.register(
    { id: 'hong', name: '홍길동', password: 'correct horse battery' },
    system,
  )
  return { cores, receiver, client }
}

const current = async ({ store }: Core, { id }: Visit) => (await store.signIns.read(id))?.handOff

/** Whoever has a hand in a hand-off, at one node. */
const hands: Record<string, (core: Core, visit: Visit) => Promise<unknown>> = {
  exam: async ({ flow, services }, { id, secret }) =>
    services.choose(await flow.proveKiosk(id, secret), 'exam', 'ko'),
  pay: async ({ flow, services }, { id, secret }) =>
    services.choose(await flow.proveKiosk(id, secret), 'pay', 'en'),
  disown: ({ visits }, { id }) => visits.disown(id, phone),
  end: async ({ flow, visits }, { id, secret }) =>
    visits.end(await flow.proveKiosk(id, secret), 'kiosk'),
  notToday: async ({ store, handOffs }, { id }) => {
    const signIn = await store.signIns.read(id)
    return signIn && handOffs.cancelByPhone(signIn)
  },
  ask: async ({ asking }) => asking.soon(),
  called: async (core, visit) => {
    const handOff = await current(core, visit)
    return handOff && core.handOffs.change(visit.client, handOff, { status: 'called' })
  },
  done: async (core, visit) => {
    const handOff = await current(core, visit)
    return handOff && core.handOffs.change(visit.client, handOff, { status: 'done' })
  },
}

/** Somebody has scanned. */
async function begin({ accounts, flow, kiosks, store }: Core, client: Client) {
  const { kiosk: enrolled } = await kiosks.enrol({ ko: '접수', en: 'Desk' }, system)
  const kiosk = { ...enrolled, client: client.id }
  await store.kiosks.update(kiosk.number, () => ({ next: kiosk, events: [], quiet: true }))
  kiosks.forget(kiosk.number)
  const { id, kiosk_secret: secret, frame } = flow.start(kiosk)
  const ticket = new URL(frame.url).pathname.split('/').at(-1) ?? ''
  const { receipt } = await flow.open(ticket, phone.key)
  await flow.scan(id, receipt ?? '', phone)
  const account = await accounts.byId('hong')
  assert.ok(account)
  const prove: Prove = async () => ({ account, method: 'password', amr: ['pwd'] })
  return { kiosk, id, secret, prove }
}

async function interleave(
  { cores, receiver, client }: Awaited<ReturnType<typeof startCores>>,
  count: number,
): Promise<void> {
  const [core] = cores as [Core, ...Core[]]
  const { flow, telling, store } = core
  const random = seeded(seed)
  const pick = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)] as T
  let [arrivals, disowned] = [0, 0]
  for (let n = 0; n < count; n += 1) {
    const { kiosk, id, secret, prove } = await begin(core, client)
    const told = await telling.shown(id, phone.key, kiosk)
    await flow.approve(id, phone, prove, told ?? {})
    await flow.claim(await flow.proveKiosk(id, secret))
    const visit: Visit = { id, kiosk, client, secret }
    if (random() < 0.7) await hands.exam?.(core, visit)
    const before = receiver.received.length

    const names = Array.from({ length: 3 + Math.floor(random() * 5) }, () =>
      pick(Object.keys(hands)),
    )
    const results = await Promise.allSettled(
      names.map(async name => {
        for (let turns = Math.floor(random() * 40); turns > 0; turns -= 1) await null
        if (random() < 0.3) await new Promise(resolve => setImmediate(resolve))
        return hands[name]?.(pick(cores), visit)
      }),
    )
    for (const result of results) {
      if (result.status === 'rejected' && !(result.reason instanceof Refusal)) throw result.reason
    }
    for (const { asking } of cores) await asking.idle()

    const line = `${names.join(' ')} of ${id}`
    const rows = await store.log.waiting({ kiosk: kiosk.number }, { after: 0 }, 100)
    const ofHandOffs = rows.filter(({ subjectKind }) => subjectKind === 'hand_off')
    const ids = new Set(ofHandOffs.map(({ subject }) => subject ?? ''))
    const signIn = await store.signIns.read(id)
    const asked = receiver.received.slice(before).map(({ id }) => id)
    assert.equal(asked.length, new Set(asked).size, `${line}: nobody is asked for twice`)
    arrivals += asked.length
    let standing = 0
    for (const handOff of ids) {
      const row = await store.handOffs.read(handOff)
      assert.ok(row, line)
      const events = ofHandOffs.filter(({ subject }) => subject === handOff).map(row => row.event)
      const ends = events.filter(event => /cancelled|done/.test(event ?? ''))
      assert.equal(ends.length, overStates.has(row.state) ? 1 : 0, `${line}: ${events}`)
      if (overStates.has(row.state)) {
        assert.equal(row.nextTryAt, null, line)
        continue
      }
      standing += 1
      assert.equal(signIn?.handOff, handOff, `${line}: what stands is what was chosen last`)
    }
    assert.ok(standing <= 1, `${line}: ${standing} stand`)
    if (signIn?.disownedAt === null) continue
    disowned += 1
    assert.equal(standing, 0, `${line}: an arrival of the wrong person stands`)
  }
  assert.ok(arrivals > count / 4, `${arrivals} arrivals only`)
  assert.ok(disowned > count / 4, `${disowned} were somebody else only`)
}

/** `npm run test:fault`: a thousand. */
const visits = process.env.QRGATE_TEST_FAULT === 'whole' ? 1_000 : 120

test('hand-offs in every order: the wrong person is cancelled or was never announced, and nobody is twice', async t => {
  await interleave(await startCores(t, 'sqlite::memory:', 1), visits)
})

test('on two nodes at once, too', async t => {
  const postgres = await PostgresServer.start({ after })
  await interleave(await startCores(t, await postgres.gateDatabase(), 2), 40)
})
