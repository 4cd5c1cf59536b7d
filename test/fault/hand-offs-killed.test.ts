import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'

import { GateProcess } from '../support/gate-process.ts'
import { addServedClient, approve, handOffOf } from '../support/hand-off-gate.ts'
import { inBatches } from '../support/in-batches.ts'
import type { Kiosk } from '../support/kiosk.ts'
import { patiently, pause, until } from '../support/patience.ts'
import { claimPatiently } from '../support/patient-visit.ts'
import { longTimings, secretKey, startProduction } from '../support/production.ts'
import { Receiver } from '../support/receiver.ts'

const whole = process.env.QRGATE_TEST_FAULT === 'whole'

type Approved = Awaited<ReturnType<typeof approve>>

/** Everybody has one number, and the client has one arrival for each of them. */
async function assertServed(kiosk: Kiosk, receiver: Receiver, visits: readonly Approved[]) {
  const numbers = new Map<string, string | undefined>()
  for (const { signIn } of visits) {
    await claimPatiently(kiosk, signIn)
    const handOff = await patiently(() =>
      handOffOf(kiosk, signIn, ({ state }) => state === 'accepted'),
    )
    numbers.set(handOff.id, handOff.ticket?.number)
  }
  assert.equal(numbers.size, visits.length)
  assert.equal(new Set(numbers.values()).size, visits.length)
  assert.deepEqual([...numbers].toSorted(), [...receiver.numbers].toSorted())
  assert.equal(receiver.forged, 0)
}

test('100 hand-offs at once on two nodes, one of which is killed: 100 numbers, 100 arrivals', async t => {
  const receiver = await Receiver.start(t)
  const production = await startProduction(t, {
    env: { ...longTimings, QRGATE_REGISTRATION: 'open', QRGATE_WEBHOOK_HOSTS: receiver.host },
  })
  const { nodes, store, url } = production
  const [dying, staying] = nodes
  const { kiosk } = await addServedClient({ url: staying.url, app: { store } }, receiver, {
    secretKey,
  })
  const count = whole ? 100 : 24
  const visits = await inBatches(Array.from({ length: count }), 4, () =>
    approve(staying, kiosk, url),
  )
  const claims = visits.map(({ signIn }, n) =>
    kiosk
      .at(n % 2 === 0 ? dying.url : staying.url)
      .claim(signIn)
      .catch(() => undefined),
  )
  await until('the client was asked for some of them', () => receiver.numbers.size >= count / 4, 1)
  await dying.kill('SIGKILL')
  await Promise.all(claims)
  await assertServed(kiosk, receiver, visits)
})

/** When the gate dies, from the claim on: before, between and after each of its writes. */
async function untilMoment(receiver: Receiver, round: number): Promise<void> {
  const asked = receiver.received.length
  if (round % 3 === 0) return pause(Math.random() * 30)
  if (round % 3 === 1)
    await until('somebody was asked for', () => receiver.received.length > asked, 1)
  else await pause(Math.random() * 8)
}

async function startAlone(t: TestContext, receiver: Receiver): Promise<GateProcess> {
  return GateProcess.start(t, {
    ...longTimings,
    SECRET_KEY: secretKey,
    QRGATE_WEBHOOK_HOSTS: receiver.host,
  })
}

test('a gate on SQLite that is killed again and again while it hands visitors off: one number each', async t => {
  const receiver = await Receiver.start(t)
  const gate = await startAlone(t, receiver)
  const store = await openSqliteStore(join(gate.dataDir, 'qrgate.sqlite'))
  t.after(() => store.close())
  const { kiosk } = await addServedClient({ url: gate.url, app: { store } }, receiver, {
    secretKey,
  })
  const visits: Approved[] = []
  for (let round = 0; round < (whole ? 40 : 3); round += 1) {
    const coming = await Promise.all([1, 2, 3].map(() => approve(gate, kiosk)))
    visits.push(...coming)
    const claims = coming.map(({ signIn }) => kiosk.claim(signIn).catch(() => undefined))
    await untilMoment(receiver, round)
    await gate.kill('SIGKILL')
    await Promise.all(claims)
    await gate.boot()
  }
  await assertServed(kiosk, receiver, visits)
})
