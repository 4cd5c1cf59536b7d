import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { HandOffView, QueueTicket } from '@qrgate/sdk/protocol'
import { spoken } from '../../reception/src/arrivals.ts'
import { openDatabase } from '../../reception/src/database.ts'
import { dayOf } from '../../reception/src/day.ts'
import { readSite } from '../../reception/src/site.ts'
import { ticketsNow } from '../../reception/src/tickets.ts'
import { createClock } from '../../server/src/clock.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { type Acknowledged, startDesks } from '../support/busy-desks.ts'
import { GateProcess } from '../support/gate-process.ts'
import { approve, choose, clientsOf } from '../support/hand-off-gate.ts'
import { inBatches } from '../support/in-batches.ts'
import type { Kiosk } from '../support/kiosk.ts'
import { patiently, pause, until } from '../support/patience.ts'
import { claimPatiently } from '../support/patient-visit.ts'
import { longTimings, secretKey } from '../support/production.ts'
import { ReceptionProcess } from '../support/reception-process.ts'
import { seeded } from '../support/seeded.ts'
import { kioskOf } from '../support/told-clients.ts'

const whole = process.env.QRGATE_TEST_FAULT === 'whole'

type Approved = Awaited<ReturnType<typeof approve>>

interface Visitor extends Approved {
  handOff: string
  /** The number as it was seen first; none, where it was all over by then. */
  number: string | undefined
  /** "Not today", on the phone. */
  hasCancelled: boolean
}

/** A gate and reception, each a process of its own, and the browser of the clinic's desks. */
async function startClinic(t: TestContext) {
  const reception = await ReceptionProcess.placed(t)
  const gate = await GateProcess.start(t, {
    ...longTimings,
    SECRET_KEY: secretKey,
    QRGATE_WEBHOOK_HOSTS: reception.host,
  })
  const store = await openSqliteStore(join(gate.dataDir, 'qrgate.sqlite'))
  t.after(() => store.close())
  const stored = { url: gate.url, app: { store } }
  const { credential, webhookSecret } = await clientsOf(stored, secretKey).add(
    {
      id: 'clinic',
      name: { ko: '서울내과', en: 'Seoul Clinic' },
      claims: ['masked_name'],
      endpoint: `${reception.url}/webhook`,
    },
    system,
  )
  await reception.boot({ url: gate.url, credential, webhookSecret })
  const kiosk = await kioskOf(stored, 'clinic')
  const desk = await reception.openDesk()
  await until('the kiosk offers something', async () => {
    const client = await store.clients.byId('clinic')
    return client !== null && client.services.length > 0
  })
  return { gate, reception, kiosk, desk }
}

type Clinic = Awaited<ReturnType<typeof startClinic>>

/** Whether it is done, as the gate has answered for good; whatever else it says, it is asked again. */
async function isDone(asked: Promise<Response>): Promise<boolean> {
  const { status, ok } = await asked
  if (status >= 500) throw new Error(`the gate answers ${status}`)
  return ok
}

/**
 * How the hand-off stands once it has a number, or is over: of who has gone, none is shown.
 * @param isCalm whether nobody is killed any more. Until then each try of the gate may meet with a kill, and
 * they come ever later: a hang is counted from there.
 */
async function withNumber(
  kiosk: Kiosk,
  { signIn }: Approved,
  isCalm: () => boolean,
): Promise<HandOffView> {
  let seen: HandOffView | undefined
  const isSeen = async () => {
    seen = (await kiosk.view(signIn).catch(() => undefined))?.hand_off
    const { ticket, state } = seen ?? {}
    return ticket?.number !== undefined || state === 'no_show' || state === 'cancelled'
  }
  for (;;) {
    const wasCalm = isCalm()
    try {
      await until('a number is on the kiosk', isSeen, 100)
      return seen ?? assert.fail()
    } catch (cause) {
      if (wasCalm) throw new Error(`nobody gives a number to ${JSON.stringify(seen)}`, { cause })
    }
  }
}

/** Somebody who has signed in chooses a service, gets a number, and may be on the way or give up. */
async function come(
  kiosk: Kiosk,
  approved: Approved,
  random: () => number,
  isCalm: () => boolean,
): Promise<Visitor> {
  const { signIn, phone } = approved
  const services = ['consultation', 'consultation', 'tests', 'payment', 'papers']
  const service = services[Math.floor(random() * services.length)] ?? ''
  await claimPatiently(kiosk, signIn)
  await patiently(async () => {
    const { status, body } = await choose(kiosk, signIn, service)
    if (status !== 200) throw new Error(`choose: ${status} ${body.code}`)
  })
  const seen = await withNumber(kiosk, approved, isCalm)
  const post = (path: string) => patiently(() => isDone(phone.post(`/s/${signIn.id}/${path}`, {})))
  const chance = random()
  const hasCancelled = chance < 0.1 && (await post('cancel-hand-off'))
  if (chance > 0.9) await post('coming')
  return { ...approved, handOff: seen.id, number: seen.ticket?.number, hasCancelled }
}

async function onPhone({ phone, signIn }: Visitor): Promise<HandOffView | undefined> {
  const answer = await phone.get(`/s/${signIn.id}`, 'application/json')
  return ((await answer.json()) as { hand_off?: HandOffView }).hand_off
}

/** How somebody stands, and what of the ticket goes with that: all of it for who is still to come. */
function shown(state: string | undefined, ticket: QueueTicket | undefined) {
  if (state === 'accepted' || state === 'called') return { state, ticket }
  return state === 'done' ? { state, ticket: { number: ticket?.number } } : { state }
}

/** Nothing is lost or doubled, and what each visitor is shown is what reception's row says. */
async function assertRight({ reception, kiosk }: Clinic, visitors: Visitor[], acked: Acknowledged) {
  const { db } = openDatabase(reception.dataDir)
  try {
    const site = readSite(reception.dataDir)
    const known = db.selectFrom('known').select('value').where('name', '=', 'place')
    const { time_zone } = JSON.parse((await known.executeTakeFirstOrThrow()).value)
    const clock = createClock()
    const asRowsSay = async () => {
      const rows = await db.selectFrom('arrivals').selectAll().execute()
      const ticketOf = await ticketsNow({ db, site }, dayOf(clock(), time_zone), clock())
      return visitors.map(({ handOff, hasCancelled }) => {
        const row = rows.find(({ id }) => id === handOff)
        assert.ok(row, 'nobody is lost')
        // Called and ended at a desk before that heard of it: there they are done, and on the phone gone.
        if (hasCancelled && row.ended_at !== null) return { state: 'cancelled' }
        const { status, ...ticket } = ticketOf(row) ?? { status: 'cancelled' }
        return shown(status, { ...(ticket as QueueTicket), number: spoken(row) })
      })
    }
    const asSeen = (look: (visitor: Visitor) => Promise<HandOffView | undefined>) =>
      inBatches(visitors, 8, async visitor => {
        const { state, ticket } = (await look(visitor)) ?? {}
        return shown(state, ticket)
      })
    const isTold = async () => {
      const rows = await db.selectFrom('arrivals').select(['state', 'unsettled']).execute()
      return rows.every(({ unsettled }) => unsettled === 0)
    }
    await until('reception has told all', isTold, 200)
    const onKiosk = async ({ signIn }: Visitor) => (await kiosk.view(signIn)).hand_off
    const isSame = async () => {
      const [seen, right] = [await asSeen(onKiosk), await asRowsSay()]
      return JSON.stringify(seen) === JSON.stringify(right)
    }
    // What is wrong after a hang is shown below.
    await until('everybody is shown what the rows say', isSame, 500).catch(() => {})
    const right = await asRowsSay()
    assert.deepEqual(await asSeen(onKiosk), right, 'on the kiosk')
    assert.deepEqual(await asSeen(onPhone), right, 'on the phone')

    const rows = await db.selectFrom('arrivals').selectAll().execute()
    const byId = new Map(rows.map(row => [row.id, row]))
    for (const { handOff, number } of visitors) {
      const now = spoken(byId.get(handOff) ?? assert.fail('nobody is lost'))
      assert.equal(now, number ?? now, 'a number stays')
    }
    for (const [id, number] of acked.walkIns) {
      assert.equal(spoken(byId.get(id) ?? assert.fail('a walk-in is lost')), number)
    }
    const ids = [...visitors.map(({ handOff }) => handOff), ...acked.walkIns.keys()]
    assert.deepEqual([...byId.keys()].toSorted(), ids.toSorted(), 'nobody is there twice')
    // No number is given twice, and none is left out.
    for (const line of Map.groupBy(rows, ({ day, letter }) => `${day} ${letter}`).values()) {
      const numbers = line.map(({ number }) => number).toSorted((a, b) => a - b)
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
      )
    }
    const calls = await db.selectFrom('calls').select('arrival').execute()
    for (const [id, { least, most }] of acked.calls) {
      const count = calls.filter(({ arrival }) => arrival === id).length
      assert.ok(least <= count && count <= most, `${count} calls, not ${least} to ${most}`)
    }
    for (const [id, as] of acked.ends) assert.equal(byId.get(id)?.state, as, 'an end stands')
    return rows.map(({ state }) => state)
  } finally {
    await db.destroy()
  }
}

for (const [who, visitors, kills] of whole
  ? ([
      ['reception', 500, 50],
      ['gate', 500, 50],
    ] as const)
  : ([
      ['reception', 18, 3],
      ['gate', 6, 1],
    ] as const)) {
  test(`${visitors} visitors while desks are at work and ${who} is killed ${kills} times: no number twice, none lost, each ticket right`, async t => {
    const seed = Number(process.env.QRGATE_TEST_SEED ?? 11)
    const random = seeded(seed)
    const clinic = await startClinic(t)
    const { gate, kiosk, desk } = clinic
    const dying = clinic[who]
    const desks = startDesks(desk, ['room-1', 'room-2', 'lab', 'cashier'], random)
    t.after(() => desks.abandon())
    let isCalm = false
    const calm = () => {
      isCalm = true
    }
    t.after(calm)
    const coming: Promise<Visitor>[] = []
    for (let round = 0; round < kills; round += 1) {
      const people = Array.from({ length: visitors / kills })
      const approved = await inBatches(people, 4, () => patiently(() => approve(gate, kiosk)))
      const some = approved.map(one => come(kiosk, one, random, () => isCalm))
      // Where one fails, the test does; it is said below.
      for (const one of some) one.catch(() => {})
      coming.push(...some)
      await pause(random() * 400)
      await dying.kill('SIGKILL')
      await dying.boot()
    }
    calm()
    const came = await Promise.all(coming)
    await desks.stop()
    const states = await assertRight(clinic, came, desks.acknowledged)
    const counted = Map.groupBy(states, state => state)
    const ends = [...counted].map(([state, all]) => `${all.length} ${state}`)
    const moves = [...desks.acknowledged.moves].map(([name, count]) => `${count} ${name}`)
    t.diagnostic(`seed ${seed}; at the end ${ends.join(', ')}; moves: ${moves.join(', ')}`)
  })
}
