import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '../../sdk/src/client.ts'
import { FakeClock } from '../../sdk/test-support/fake-clock.ts'
import { startGate } from '../support/gate.ts'
import { Network } from '../support/network.ts'
import { until } from '../support/patience.ts'
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
