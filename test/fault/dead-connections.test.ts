import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGate } from '../../reception/src/gate.ts'
import { Client } from '../../sdk/src/client.ts'
import { FakeClock } from '../../sdk/test-support/fake-clock.ts'
import { startGate } from '../support/gate.ts'
import { addServedClient, startHandOffGate } from '../support/hand-off-gate.ts'
import { Network } from '../support/network.ts'
import { until } from '../support/patience.ts'
import { Receiver } from '../support/receiver.ts'
import { addAccount, approvedSignIn } from '../support/visitor.ts'

/** As many as a browser keeps to one host. */
const kept = 6

test('N83: a claim is answered though a firewall has forgotten all six connections that are kept', async t => {
  const gate = await startGate(t)
  await addAccount(gate)
  const network = await Network.before(t, Number(new URL(gate.url).port))
  const { id, signIn } = await approvedSignIn(gate)
  const clock = new FakeClock()
  const client = new Client({ server: network.address(gate.url) }, clock)
  const looks = Array.from({ length: kept }, () => client.view(id, signIn.kiosk_secret))
  await Promise.all(looks)
  assert.equal(network.made, kept)
  network.forget()

  const claim = client.claim(id, signIn.kiosk_secret)
  for (let dead = 1; dead <= kept; dead += 1) {
    await until('it is asked on one more of them', () => network.lost >= dead)
    await clock.pass(1_500)
  }
  assert.equal((await claim).state, 'claimed')
  assert.equal(network.made, kept + 1)
})

test('N83: reception keeps no connection to its gate that a firewall could forget', async t => {
  const receiver = await Receiver.start(t)
  const gate = await startHandOffGate(t, [receiver])
  const { credential } = await addServedClient(gate, receiver)
  const network = await Network.before(t, Number(new URL(gate.url).port))
  const { origin } = new URL(network.address(gate.url))
  const { place, offer, tell } = createGate(origin, credential)
  for (const ask of [place, () => offer([]), () => tell([])]) {
    await ask()
    network.forget()
  }
  assert.equal(network.lost, 0)
})

test('N83: the example of a backend keeps no connection to its gate that a firewall could forget', async t => {
  const gate = await startGate(t)
  const network = await Network.before(t, Number(new URL(gate.url).port))
  process.env.GATE = new URL(network.address(gate.url)).origin
  const { ask } = await import('../../examples/backend-node/gate.ts')
  for (let asked = 0; asked < 3; asked += 1) {
    assert.deepEqual(await ask('GET', '/healthz', ''), { status: 'ok' })
    network.forget()
  }
  assert.equal(network.lost, 0)
})
