import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { type ClaimAnswer, paths, type SignInView, type StartAnswer } from '@qrgate/sdk/protocol'
import { system } from '../../server/src/protocol/log-event.ts'
import { type Cut, CuttingProxy } from '../support/cutting-proxy.ts'
import { eventsOf } from '../support/database.ts'
import {
  addServedClient,
  approve,
  clientsOf,
  handOffOf,
  service,
  startHandOffGate,
  visitAt,
} from '../support/hand-off-gate.ts'
import { inBatches } from '../support/in-batches.ts'
import { patiently } from '../support/patience.ts'
import { Receiver } from '../support/receiver.ts'

/** `npm run test:fault`: two hundred at each hop and in each direction; `npm test` every twentieth of them. */
const step = process.env.QRGATE_TEST_FAULT === 'whole' ? 1 : 20
const atOnce = 25

/** Connections that break after each so many bytes of a message: some before, some after it was acted on. */
function cutsOf(of: Cut['of'], bytes: number): Cut[] {
  const cuts: Cut[] = []
  for (let n = 0; n < 200; n += step) cuts.push({ of, after: 1 + Math.floor((n * bytes) / 200) })
  return cuts
}

async function setUp(t: TestContext) {
  const [receiver, proxy] = [await Receiver.start(t), await CuttingProxy.start(t)]
  const gate = await startHandOffGate(t, [receiver, proxy])
  const services = [service('exam'), service('pay')]
  const client = await addServedClient(gate, receiver, { services })
  return { proxy, gate, ...client }
}

/** Each number is one hand-off's, and each hand-off has the number that the client knows. */
function assertOneNumberEach(receiver: Receiver, numbers: ReadonlyMap<string, string | undefined>) {
  assert.deepEqual(
    [...numbers].toSorted(),
    [...receiver.numbers].toSorted(),
    'each hand-off has the number that the client has given it, and no other was asked for',
  )
  assert.equal(new Set(numbers.values()).size, numbers.size)
}

for (const [of, bytes] of [
  ['request', 640],
  ['answer', 230],
] as const) {
  test(`lost answers between gate and client: a connection that breaks anywhere in the ${of} gives one number`, async t => {
    const { gate, receiver, proxy, kiosk, id } = await setUp(t)
    proxy.leadTo(receiver.url)
    // Notifications go the same way, and say nothing of numbers.
    proxy.counts = request => request.includes('hand_off.requested')
    const room = clientsOf(gate)
    await room.set(id, { endpoint: `${proxy.url}/hooks` }, system)
    await room.setServices(id, [service('exam')], system)
    const cuts = cutsOf(of, bytes)
    const numbers = new Map<string, string | undefined>()
    await inBatches(cuts, atOnce, async cut => {
      proxy.cuts.push(cut)
      const { signIn } = await visitAt(gate, kiosk)
      const { id, ticket } = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
      numbers.set(id, ticket?.number)
      assert.deepEqual(eventsOf(gate.dataDir, id), ['hand_off.requested', 'hand_off.accepted'])
    })
    // Some are taken by what the client is told besides, whose answers are shorter.
    assert.ok(proxy.broken >= cuts.length / 4, `only ${proxy.broken} broke`)
    assertOneNumberEach(receiver, numbers)
  })
}

/** One request over a connection of its own; rejects where that breaks. */
function send<T>(url: string, secret: string, body: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    const sent = request(url, { method: 'POST', headers, agent: false }, answer => {
      let text = ''
      answer.on('data', chunk => {
        text += chunk
      })
      answer.on('error', reject)
      answer.on('end', () => {
        if (!answer.complete) reject(new Error('half an answer'))
        else if (answer.statusCode === 200) resolve(JSON.parse(text) as T)
        else reject(new Error(`${answer.statusCode}: ${text}`))
      })
    })
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

for (const [of, bytes] of [
  ['request', 330],
  ['answer', 900],
] as const) {
  test(`lost answers between kiosk and gate: a connection that breaks anywhere in the ${of} gives one number`, async t => {
    const { gate, receiver, proxy, kiosk } = await setUp(t)
    proxy.leadTo(gate.url)
    const cuts = cutsOf(of, bytes)
    const ask = <T>(path: string, { kiosk_secret }: StartAnswer, body: object) => {
      const cut = cuts.pop()
      if (cut) proxy.cuts.push(cut)
      return patiently(() => send<T>(proxy.url + path, kiosk_secret, body))
    }
    const numbers = new Map<string, string | undefined>()
    while (cuts.length > 0) {
      const { signIn } = await approve(gate, kiosk)
      const claim = await ask<ClaimAnswer>(`${paths.claim(signIn.id)}?language=en`, signIn, {})
      assert.equal(claim.services?.length, 2)
      const chosen = { service: 'exam', language: 'en' }
      const view = await ask<SignInView>(paths.service(signIn.id), signIn, chosen)
      const handOff = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
      assert.equal(view.hand_off?.id, handOff.id)
      numbers.set(handOff.id, handOff.ticket?.number)
    }
    assert.ok(proxy.broken > 0)
    assertOneNumberEach(receiver, numbers)
  })
}
