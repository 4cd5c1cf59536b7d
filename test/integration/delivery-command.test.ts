import assert from 'node:assert/strict'
import { test } from 'node:test'
import { system } from '../../server/src/protocol/log-event.ts'
import { qrgate } from '../support/command.ts'
import { clientsOf, startServed, visitAt } from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'

const SECRET_KEY = 'a secret key that only this test uses: 32 bytes and more'

test('an operator sees what did not arrive, and has it sent again under its id', async t => {
  const { gate, kiosk, receiver } = await startServed(t, { services: [] })
  const { store } = gate.app
  const env = { SECRET_KEY, QRGATE_DATA_DIR: gate.dataDir }
  const run = (...args: string[]) => qrgate(args, env, gate.dataDir)
  const list = async (...options: string[]) => {
    const { code, out, err } = await run('delivery', 'list', ...options)
    assert.equal(code, 0, err)
    return out.split('\n').filter(Boolean)
  }
  assert.deepEqual(await list(), [])

  receiver.answer = (_, response) => response.writeHead(410).end()
  const { phone, signIn } = await visitAt(gate, kiosk)
  const failed = () => store.deliveries.find({ state: 'given_up' }, 9)
  await until('the claim is given up', async () => (await failed()).length === 1)
  receiver.answer = (_, response) => response.writeHead(204).end()
  await phone.post(`/s/${signIn.id}/end`, {})
  await until('the end has arrived', async () => {
    return (await store.deliveries.find({ state: 'delivered' }, 9)).length === 1
  })
  const [claimed] = await failed()
  assert.ok(claimed)

  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`
  const [first, second, ...more] = await list()
  assert.deepEqual(more, [])
  assert.match(
    first ?? '',
    new RegExp(
      `^${time}  ${claimed.id} +sign_in.claimed  clinic  failed, 1 try, ${time} +status 410$`,
    ),
  )
  assert.match(second ?? '', new RegExp(`visit.ended +clinic  delivered, 1 try, ${time}$`))
  assert.deepEqual(await list('--failed'), await list('--failed', '--client', 'clinic'))
  assert.equal((await list('--failed')).length, 1)
  assert.deepEqual(await list('--open'), [])
  assert.match((await list('--limit', '1')).join('\n'), / visit\.ended /)

  const resent = await run('delivery', 'resend', claimed.id)
  assert.equal(resent.out, `${claimed.id} is sent again to clinic, for a day if need be.\n`)
  await until('it has arrived', async () => (await failed()).length === 0)
  await until('it is noted', async () => {
    return (await store.deliveries.read(claimed.id))?.state === 'delivered'
  })
  assert.deepEqual(
    receiver.of('sign_in.claimed').map(({ id }) => id),
    [claimed.id, claimed.id],
  )

  // What has arrived may be sent again too, as a receiver may have lost it.
  await run('delivery', 'resend', claimed.id)
  await until('it has arrived again', () => receiver.of('sign_in.claimed').length === 3)
})

test('what nothing can be sent to is said, and how to mend it', async t => {
  const { gate, kiosk, id, receiver } = await startServed(t, { services: [] })
  const { store } = gate.app
  const env = { SECRET_KEY, QRGATE_DATA_DIR: gate.dataDir }
  const run = (...args: string[]) => qrgate(args, env, gate.dataDir)
  await visitAt(gate, kiosk)
  await until('it has arrived', async () => {
    return (await store.deliveries.find({ state: 'delivered' }, 9)).length === 1
  })
  const [delivery] = await store.deliveries.find({}, 1)
  const at = Date.UTC(2026, 10, 1)
  await store.clients.update(id, old => {
    assert.ok(old)
    return { next: { ...old, failingSince: at, webhooksOffAt: at }, events: [], quiet: true }
  })
  const resend = () => run('delivery', 'resend', delivery?.id ?? '')
  const off = await resend()
  assert.equal(off.code, 1)
  assert.match(
    off.err,
    /has its webhooks switched off; switch them on: qrgate client set clinic --/,
  )
  assert.match(
    (await run('client', 'show', id)).out,
    /^webhooks {5}off since 2026-.*--webhooks on$/m,
  )
  const doctor = await run('doctor')
  assert.match(doctor.out, /^fail {2}webhooks {2}those of clinic are switched off since 2026-/m)

  const on = await run('client', 'set', id, '--webhooks', 'on')
  assert.match(on.out, /^Webhooks are on\.$/m)
  receiver.answer = (_, response) => response.writeHead(503).end()
  assert.equal((await resend()).code, 0)
  await until('it fails', async () => (await store.clients.byId(id))?.failingSince !== null)
  const failing = await Promise.all([run('client', 'show', id), run('doctor')])
  assert.match(failing[0].out, /^webhooks {5}on; nothing got through since 2026-/m)
  assert.match(
    failing[1].out,
    /^warn {2}webhooks {2}nothing has got through to clinic since 2026-/m,
  )

  await clientsOf(gate).set(id, { endpoint: null }, system)
  assert.match((await resend()).err, /^qrgate: Client clinic has no endpoint; give it one: /)
  assert.match((await run('client', 'show', id)).out, /^webhooks {5}off: it has no endpoint$/m)
})
