import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ActionAnswer } from '../../reception/src/wire.ts'
import { DeskClient } from '../support/desk-client.ts'
import { handOffOf } from '../support/hand-off-gate.ts'
import { type LosingProxy, startLosingProxy } from '../support/losing-proxy.ts'
import { until } from '../support/patience.ts'
import { startClinic } from '../support/reception-desk.ts'

/** A clinic whose network to the gate can lose answers, with a desk and somebody who waits. */
async function setUp(t: TestContext) {
  let proxy: LosingProxy | undefined
  const clinic = await startClinic(t, async gate => {
    proxy = await startLosingProxy(t, gate)
    return proxy.url
  })
  const desk = await DeskClient.open(await clinic.link())
  /** Somebody comes, and all that there is to tell of them was told. */
  const come = async () => {
    const before = proxy?.answered.length ?? 0
    const visiting = await clinic.visit('exam')
    await until('the gate was told', () => {
      return proxy?.answered.slice(before).includes('PATCH') === true
    })
    return visiting
  }
  const { signIn, handOff } = await come()
  assert.ok(proxy)
  const call = (id = handOff.id) => desk.act('call', { desk: 'room-1', arrival: id })
  return { clinic, proxy, desk, come, signIn, arrival: handOff.id, call }
}

type Clinic = Awaited<ReturnType<typeof setUp>>

/** What makes a called visitor wait again. */
const ways: Record<string, (clinic: Clinic, called: ActionAnswer) => Promise<unknown>> = {
  'is taken back': ({ desk }, { undo = '' }) => desk.act('undo', { undo }),
  'is sent back': ({ desk, arrival }) => desk.act('back', { arrival }),
  'is sent back after a restart': async ({ clinic, desk, arrival }) => {
    await clinic.stop()
    await clinic.start()
    await desk.act('back', { arrival })
  },
}

for (const [what, takeBack] of Object.entries(ways)) {
  test(`a call that the gate has heard, though its answer was lost, ${what}: the phone waits again`, async t => {
    const setting = await setUp(t)
    const { clinic, proxy, signIn, call } = setting
    proxy.loses = method => method === 'PATCH'
    const called = await call()
    await handOffOf(clinic.kiosk, signIn, ({ state }) => state === 'called')
    await takeBack(setting, called)
    proxy.loses = () => false
    const { ticket } = await handOffOf(clinic.kiosk, signIn, ({ state }) => state === 'accepted')
    assert.equal(ticket?.number, 'A-001')
    assert.ok(proxy.lost > 0)
  })
}

test('how many are before somebody, told in an answer that was lost, is told again when it is as before', async t => {
  const { clinic, proxy, desk, come, call } = await setUp(t)
  const second = await come()
  const ahead = (count: number) =>
    handOffOf(clinic.kiosk, second.signIn, ({ ticket }) => ticket?.ahead === count)
  await ahead(1)
  proxy.loses = method => method === 'PATCH'
  const { undo = '' } = await call()
  await ahead(0)
  await desk.act('undo', { undo })
  proxy.loses = () => false
  await ahead(1)
})
