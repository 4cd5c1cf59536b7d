import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createClients } from '../../server/src/clients/clients.ts'
import { createClock } from '../../server/src/clock.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { type LogEvent, system } from '../../server/src/protocol/log-event.ts'
import { sealedTexts } from '../../server/src/protocol/sealed-text.ts'
import { createSignInId } from '../../server/src/protocol/sign-in-id.ts'
import { until } from '../support/patience.ts'
import { longTimings, password, secretKey, startProduction } from '../support/production.ts'
import { Receiver } from '../support/receiver.ts'
import { agreementOn } from '../support/told-clients.ts'

const clock = createClock()

test('two nodes notify as one gate, and either goes on where the other has died', async t => {
  const receivers = new Map([
    ['clinic', await Receiver.start(t)],
    ['library', await Receiver.start(t)],
  ])
  const hosts = [...receivers.values()].map(({ host }) => host).join(',')
  const production = await startProduction(t, {
    env: { ...longTimings, QRGATE_WEBHOOK_HOSTS: hosts },
  })
  const { nodes, store } = production
  const sealed = sealedTexts(deriveKeyring([secretKey], 'webhook secret'), randomBytes)
  const room = createClients({ records: store.clients, sealed, clock, randomBytes })
  for (const [id, receiver] of receivers) {
    const name = { ko: '서울내과', en: 'Seoul Clinic' }
    const client = { id, name, claims: [], endpoint: receiver.url }
    receiver.trust((await room.add(client, system)).webhookSecret)
  }
  await production.addAccounts(['홍길동'])
  const account = (await store.accounts.byIdKey('visitor-0'))?.key
  assert.ok(account)
  const { kiosk, row } = await production.enrol(nodes[0].url)
  await store.kiosks.update(row.number, () => ({
    next: { ...row, client: 'clinic' },
    events: [],
    quiet: true,
  }))

  /** What the log tells of visits at both clients. @returns the sign-ins of each client. */
  async function visits(count: number): Promise<Map<string, string[]>> {
    const all = new Map([...receivers.keys()].map(client => [client, [] as string[]]))
    for (const [client, ids] of all) {
      for (let n = 0; n < count; n += 1) {
        const id = createSignInId(clock(), randomBytes(10))
        ids.push(id)
        const of = (event: 'sign_in.claimed' | 'visit.ended'): LogEvent => ({
          event,
          at: clock(),
          actor: system,
          subject: { kind: 'sign_in', id },
          kiosk: row.number,
          account: account ?? '',
          detail: { client, ...(event === 'visit.ended' && { reason: 'kiosk' }) },
        })
        await store.log.add([of('sign_in.claimed'), of('visit.ended')])
      }
    }
    return all
  }

  /** Each event of these visits has arrived at its client, and at no other one. */
  async function arrived(all: Map<string, string[]>): Promise<void> {
    const events = [...all.values()].flat().length * 2
    const known = new Set([...all.values()].flat().map(id => `sign_in ${id}`))
    await until('all is delivered', async () => {
      const rows = await store.deliveries.find({ state: 'delivered' }, 10_000)
      return rows.filter(({ subject }) => known.has(subject)).length === events
    })
    for (const [client, receiver] of receivers) {
      assert.equal(receiver.forged, 0)
      const wanted = all.get(client) ?? []
      const told = receiver.received.filter(({ data }) => known.has(`sign_in ${data.sign_in}`))
      const firstOfEach = told.filter((one, n) => told.findIndex(({ id }) => id === one.id) === n)
      assert.equal(firstOfEach.length, wanted.length * 2, client)
      for (const id of wanted) {
        const types = firstOfEach.filter(({ data }) => data.sign_in === id).map(({ type }) => type)
        assert.deepEqual(types, ['sign_in.claimed', 'visit.ended'])
      }
    }
  }

  await t.test('a visit at one node, claimed at the other, is told once', async () => {
    const [own, other] = nodes.map(({ url }) => url) as [string, string]
    const signIn = await kiosk.at(own).start()
    const phone = production.phone(other)
    const { page, receipt } = await phone.open(await kiosk.at(own).frame(signIn))
    const fields = { account: 'visitor-0', password, receipt, agreement: agreementOn(page) }
    assert.equal((await phone.post(`/s/${signIn.id}/sign-in`, fields)).status, 200)
    await kiosk.at(other).claimed(signIn)
    assert.equal((await phone.post(`/s/${signIn.id}/end`, {})).status, 200)
    await arrived(new Map([['clinic', [signIn.id]]]))
  })

  await t.test('each event arrives once, from whichever node', async () => {
    const all = await visits(60)
    await arrived(all)
    for (const { received } of receivers.values()) {
      assert.equal(new Set(received.map(({ id }) => id)).size, received.length)
    }
  })

  for (const [index, dying] of nodes.entries()) {
    await t.test(`what node ${index} leaves when it is killed, the other one sends`, async () => {
      const receiver = receivers.get('clinic') as Receiver
      let waiting = 0
      // It takes what is sent, and has not answered when the node dies.
      receiver.answer = () => {
        waiting += 1
      }
      const all = await visits(10)
      await until('some are under way', () => waiting >= 8)
      await dying.kill('SIGKILL')
      receiver.answer = (_, response) => response.writeHead(204).end()
      await arrived(all)
      assert.ok(waiting >= 8)
      await dying.boot()
    })
  }
})
