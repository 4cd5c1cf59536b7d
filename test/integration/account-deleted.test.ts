import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addServedClient, startHandOffGate, visitAt } from '../support/hand-off-gate.ts'
import { entered } from '../support/owner.ts'
import { until } from '../support/patience.ts'
import { Receiver } from '../support/receiver.ts'

const day = 24 * 3_600_000

test('S134: a client that knew somebody hears a week later that they are gone, and not who they were', async t => {
  const [receiver, others] = [await Receiver.start(t), await Receiver.start(t)]
  const gate = await startHandOffGate(t, [receiver, others])
  gate.holdTime()
  const { kiosk } = await addServedClient(gate, receiver, { services: [] })
  await addServedClient(gate, others, { id: 'library' })
  await visitAt(gate, kiosk)
  const { store } = gate.app
  const [account] = await store.accounts.all()
  assert.ok(account)
  const [told] = await store.subjects.of(account.key)
  assert.ok(told)
  const browser = await entered(gate, account.id)
  const asked = await browser.post('/me/delete', { account: account.id }, 'text/html')
  assert.equal(asked.status, 200)
  await until('the visit is over', () => receiver.of('visit.ended').length === 1)
  assert.deepEqual(receiver.of('account.deleted'), [])

  // Away as it is told: what did not arrive is sent again.
  receiver.answer = (_, response) => response.writeHead(500).end()
  gate.passTime(7 * day)
  await until('the client was tried', () => receiver.of('account.deleted').length === 1)
  // Beside it the seal of a day is told.
  const deletion = async () =>
    (await store.deliveries.find({}, 100)).find(({ event }) => event === 'account.deleted')
  await until('the try is noted', async () => (await deletion())?.why != null)
  receiver.answer = (_, response) => response.writeHead(204).end()
  gate.passTime(60_000)
  await until('the client is told', async () => (await deletion())?.state === 'delivered')
  const heard = receiver.of('account.deleted')
  assert.equal(new Set(heard.map(({ id }) => id)).size, 1)
  for (const { data } of heard) assert.deepEqual(data, { claims: { sub: told.sub } })
  assert.equal(receiver.forged, 0)
  assert.deepEqual(others.of('account.deleted'), [])
})
