import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort, startGate } from '../support/gate.ts'
import { inBatches, shuffled } from '../support/in-batches.ts'
import { Kiosk } from '../support/kiosk.ts'
import { unlessBusy } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { PostgresServer } from '../support/postgres.ts'
import { password, startProduction } from '../support/production.ts'
import { startRedis } from '../support/redis.ts'

/** A name of three syllables; its mask keeps the first and the last, and so tells people apart. */
function nameOf(n: number): { name: string; masked: string } {
  const [first, last] = [String.fromCharCode(0xac00 + n), String.fromCharCode(0xc800 + n)]
  return { name: `${first}길${last}`, masked: `${first}*${last}` }
}

test('two nodes on Postgres and Redis are one gate', async t => {
  const production = await startProduction(t)
  const { nodes, store } = production
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
        const signIn = await kiosk.at(own).start()
        const sockets = await Promise.all([own, other].map(url => kiosk.at(url).watch(signIn)))
        const phone = production.phone(other)
        const { id, answer } = await phone.scan(signIn.frame.url)
        assert.equal(answer.status, 200)
        for (const socket of sockets) await socket.state(id, 'scanned')
        assert.equal((await phone.signIn(id, 'visitor-0', password)).status, 200)
        for (const socket of sockets) await socket.state(id, 'approved')
        const claims = [await kiosk.at(other).claimed(signIn), await kiosk.at(own).claimed(signIn)]
        assert.equal(claims[0]?.account.name, nameOf(0).masked)
        assert.deepEqual(claims[0], claims[1])
        for (const socket of sockets) {
          await socket.state(id, 'claimed')
          socket.cut()
        }
        const events = (await store.audit.ofSignIn(id)).map(({ event }) => event)
        assert.deepEqual(events, ['scan', 'sign_in', 'approve', 'claim'])
      }
    },
  )

  await t.test('of two phones on different nodes one wins, five hundred times over', async () => {
    const { kiosk } = await production.enrol(a)
    const wins = [0, 0]
    await inBatches(Array.from({ length: 500 }), 8, async (_, round) => {
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
        assert.deepEqual((await own?.state(id))?.body, { state: 'scanned' })
        assert.equal((await other?.state(id))?.status, 403)
        assert.equal((await store.audit.ofSignIn(id)).length, 1)
      }
    })
    assert.equal((wins[0] ?? 0) + (wins[1] ?? 0), 500)
  })

  await t.test('two hundred kiosks on two nodes each learn of their own visitor only', async () => {
    const { kiosk } = await production.enrol(a)
    const waiting = await inBatches(Array.from({ length: 200 }), 20, async (_, n) => {
      const signIn = await kiosk.at(n % 2 ? a : b).start()
      const socket = await kiosk.at(n % 4 < 2 ? a : b).watch(signIn)
      await socket.state(signIn.id, 'pending')
      return { n, signIn, socket }
    })
    await inBatches(shuffled(waiting), 12, async ({ n, signIn, socket }) => {
      const phone = production.phone(n % 3 ? a : b)
      const { id } = await phone.scan(await kiosk.frame(signIn))
      // A socket is told how things stand, so it must have seen this before they go on.
      await socket.state(id, 'scanned')
      const answer = await unlessBusy(() => phone.signIn(id, `visitor-${n}`, password))
      assert.equal(answer.status, 200, await answer.text())
      await socket.state(id, 'approved')
    })
    const subs = await inBatches(shuffled(waiting), 12, async ({ n, signIn, socket }) => {
      const { account } = await kiosk.at(n % 5 ? a : b).claimed(signIn)
      assert.equal(account.name, nameOf(n).masked)
      await socket.state(signIn.id, 'claimed')
      return account.sub
    })
    assert.equal(new Set(subs).size, 200)
    for (const { signIn, socket } of waiting) {
      const told = socket.heard.map(m => (m.type === 'state' && m.id === signIn.id ? m.state : m))
      assert.deepEqual(told, ['pending', 'scanned', 'approved', 'claimed'])
      socket.cut()
    }
  })

  await t.test('no node has logged an error, a secret or a password', () => {
    for (const node of nodes) {
      for (const line of node.log().split('\n').filter(Boolean)) {
        assert.ok(JSON.parse(line).level < 50, line)
        assert.doesNotMatch(line, /[\w-]{40,}/)
        assert.ok(!line.includes(password))
      }
    }
  })
})

test('hints of the bus reach the other node when no timer helps', async t => {
  const [postgres, redis] = await Promise.all([PostgresServer.start(t), startRedis(t)])
  const [port, otherPort] = [`${await freePort()}`, `${await freePort()}`]
  // Neither sweep nor any look of its own is left to a node: what it learns it was told.
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const shared = {
    DATABASE_URL: await postgres.database(),
    REDIS_URL: redis.url,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  }
  const gate = await startGate(t, { ...shared, PORT: port })
  await startGate(t, { ...shared, PORT: otherPort })
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url).at(`http://127.0.0.1:${otherPort}`)
  for (let round = 0; round < 20; round += 1) {
    const signIn = await kiosk.start()
    const socket = await kiosk.watch(signIn)
    await socket.state(signIn.id, 'pending')
    await phone.scan(signIn.frame.url)
    await socket.state(signIn.id, 'scanned')
    await phone.deny(signIn.id)
    await socket.state(signIn.id, 'denied')
    socket.cut()
  }
})
