import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort, startGate } from '../support/gate.ts'
import { inBatches, shuffled } from '../support/in-batches.ts'
import type { KioskSocket } from '../support/kiosk.ts'
import {
  claimPatiently,
  scanPatiently,
  signInPatiently,
  startPatiently,
} from '../support/patient-visit.ts'
import { longTimings, password, startProduction } from '../support/production.ts'

const races = process.env.QRGATE_TEST_FAULT === 'whole' ? 500 : 60

/** A name of three syllables; its mask keeps the first and the last, and so tells people apart. */
function nameOf(n: number): { name: string; masked: string } {
  const [first, last] = [String.fromCharCode(0xac00 + n), String.fromCharCode(0xc800 + n)]
  return { name: `${first}길${last}`, masked: `${first}*${last}` }
}

const redisWasSlow = /^Redis has not answered for \d+ ms$/

/** What a watcher was told of its sign-in; states may be skipped, and none comes twice or late. */
function assertOnlyForward(socket: KioskSocket, id: string): void {
  let last = -1
  for (const message of socket.heard) {
    assert.equal(message.type, 'state', JSON.stringify(message))
    assert.ok(message.type === 'state' && message.id === id)
    assert.ok(message.seq > last, `${message.state} after ${last}`)
    last = message.seq
  }
}

test('two nodes on Postgres and Redis are one gate', async t => {
  const production = await startProduction(t, { env: longTimings })
  const { nodes } = production
  const [a, b] = nodes.map(({ url }) => url) as [string, string]
  await production.addAccounts(Array.from({ length: 200 }, (_, n) => nameOf(n).name))

  await t.test(
    'F23: started on A, scanned and signed in on B, learned and claimed on either',
    async () => {
      const { kiosk } = await production.enrol(a)
      for (const [own, other] of [
        [a, b],
        [b, a],
      ] as const) {
        const signIn = await startPatiently(kiosk.at(own))
        const sockets = await Promise.all([own, other].map(url => kiosk.at(url).watch(signIn)))
        const phone = production.phone(other)
        const { id } = signIn
        await scanPatiently(kiosk.at(own), signIn, phone)
        for (const socket of sockets) await socket.state(id, 'scanned')
        await signInPatiently(phone, signIn, 'visitor-0', password)
        for (const socket of sockets) await socket.state(id, 'approved')
        const claims = [
          await claimPatiently(kiosk.at(other), signIn),
          await claimPatiently(kiosk.at(own), signIn),
        ]
        assert.equal(claims[0]?.account.name, nameOf(0).masked)
        assert.deepEqual(claims[0], claims[1])
        for (const socket of sockets) {
          await socket.state(id, 'claimed')
          socket.cut()
        }
        assert.deepEqual(await production.eventsOf(id), [
          'sign_in.scanned',
          'sign_in.approved',
          'sign_in.claimed',
        ])
      }
    },
  )

  await t.test('hints of the bus alone tell the other node', async t => {
    const { kiosk } = await production.enrol(a)
    // In these two no timer comes: no sweep looks, and no patience with Redis runs out.
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    const start = async () => {
      const port = await freePort()
      await startGate(t, { ...production.settings, PORT: `${port}` }, 'serve')
      return `http://127.0.0.1:${port}`
    }
    const [own, other] = [await start(), await start()]
    for (let round = 0; round < 5; round += 1) {
      const signIn = await kiosk.at(own).start()
      const socket = await kiosk.at(own).watch(signIn)
      await socket.state(signIn.id, 'pending')
      const phone = production.phone(other)
      await phone.scan(signIn.frame.url)
      await socket.state(signIn.id, 'scanned')
      await phone.signIn(signIn.id, 'visitor-0', password)
      await socket.state(signIn.id, 'approved')
      socket.cut()
    }
  })

  await t.test(`of two phones on different nodes one wins, ${races} times over`, async () => {
    const { kiosk } = await production.enrol(a)
    const wins = [0, 0]
    await inBatches(Array.from({ length: races }), 8, async (_, round) => {
      const { id, frame } = await kiosk.at(round % 3 ? a : b).start()
      const phones = [production.phone(a), production.phone(b)]
      const opened = await Promise.all(phones.map(phone => phone.open(frame.url)))
      const scan = (n: number) =>
        phones[n]?.post(`/s/${id}/scan`, { receipt: opened[n]?.receipt ?? '' })
      // Whoever is sent first has a head start, so they take turns.
      const order = round % 2 === 0 ? [0, 1] : [1, 0]
      const answers = await Promise.all(order.map(scan))
      const statuses = answers.map(answer => answer?.status)
      assert.deepEqual(statuses.toSorted(), [200, 409])
      assert.match((await answers[statuses.indexOf(409)]?.text()) ?? '', /"code":"in_use"/)
      const winner = order[statuses.indexOf(200)] ?? 0
      wins[winner] = (wins[winner] ?? 0) + 1
      if (round % 10 === 0) {
        const [own, other] = [phones[winner], phones[1 - winner]]
        assert.partialDeepStrictEqual((await own?.state(id))?.body, { state: 'scanned', seq: 1 })
        assert.equal((await other?.state(id))?.status, 403)
        assert.equal((await production.eventsOf(id)).length, 1)
      }
    })
    assert.equal((wins[0] ?? 0) + (wins[1] ?? 0), races)
  })

  await t.test('two hundred kiosks on two nodes each learn of their own visitor only', async () => {
    const { kiosk } = await production.enrol(a)
    const waiting = await inBatches(Array.from({ length: 200 }), 20, async (_, n) => {
      const signIn = await startPatiently(kiosk.at(n % 2 ? a : b))
      const socket = await kiosk.at(n % 4 < 2 ? a : b).watch(signIn)
      await socket.state(signIn.id, 'pending')
      return { n, signIn, socket }
    })
    await inBatches(shuffled(waiting), 12, async ({ n, signIn, socket }) => {
      const phone = production.phone(n % 3 ? a : b)
      await scanPatiently(kiosk, signIn, phone)
      await signInPatiently(phone, signIn, `visitor-${n}`, password)
      await socket.state(signIn.id, 'approved')
    })
    await inBatches(shuffled(waiting), 12, async ({ n, signIn, socket }) => {
      const { account } = await claimPatiently(kiosk.at(n % 5 ? a : b), signIn)
      assert.equal(account.name, nameOf(n).masked)
      await socket.state(signIn.id, 'claimed')
    })
    for (const { signIn, socket } of waiting) {
      assertOnlyForward(socket, signIn.id)
      socket.cut()
    }
  })

  await t.test('no node has logged an error, a secret or a password', () => {
    for (const node of nodes) {
      for (const line of node.log().split('\n').filter(Boolean)) {
        // A machine that is too busy to answer in half a second is no fault of the gate.
        const { level, err, event } = JSON.parse(line)
        assert.ok(level < 50 || redisWasSlow.test(err?.message), line)
        // The thumbprint of a public key is as long as a secret.
        if (event?.event !== 'signing_key.added') assert.doesNotMatch(line, /[\w-]{40,}/)
        assert.ok(!line.includes(password))
      }
    }
  })
})
