import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createRedisClient } from '../../server/src/redis/client.ts'
import { patchedBy } from '../patches/patched-process.ts'
import { hintsAreBack, signInAcross } from '../support/across-nodes.ts'
import { temporaryFolder } from '../support/gate.ts'
import type { Kiosk } from '../support/kiosk.ts'
import { Network } from '../support/network.ts'
import { until } from '../support/patience.ts'
import { scanPatiently, signInPatiently, startPatiently } from '../support/patient-visit.ts'
import { longTimings, type Production, password, startProduction } from '../support/production.ts'
import { untilReady } from '../support/readiness.ts'
import { startRedis } from '../support/redis.ts'

/** `npm run test:fault`: more of all. */
const whole = process.env.QRGATE_TEST_FAULT === 'whole'
const portOf = (url: string) => Number(new URL(url).port)

async function connected(t: TestContext, url: string) {
  const client = createRedisClient(url)
  await client.connect()
  t.after(() => client.destroy())
  return client
}

/** Both nodes begin anew with what they use Redis for: hints and counts. */
function connectAnew(networks: readonly Network[]): Promise<unknown> {
  return Promise.all(
    networks.map(async network => {
      const said: string[] = []
      network.hears = chunk => said.push(chunk.toString('latin1'))
      const isSaid = (word: string) => said.some(words => words.includes(word))
      await until('it subscribes', () => isSaid('subscribe'))
      await until('it looks for counts', () => isSaid('maxmemory-policy'))
    }),
  )
}

/** Of two phones that scan one sign-in on two nodes at the same time, one has it. */
async function raceAcross(production: Production, kiosk: Kiosk): Promise<void> {
  const signIn = await startPatiently(kiosk)
  const phones = production.nodes.map(({ url }) => production.phone(url))
  const frame = await kiosk.frame(signIn)
  const opened = await Promise.all(phones.map(phone => phone.open(frame)))
  const answers = await Promise.all(
    phones.map((phone, n) =>
      phone.post(`/s/${signIn.id}/scan`, { receipt: opened[n]?.receipt ?? '' }),
    ),
  )
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409])
}

test('between two nodes and their Redis all kinds of networks lie, and nobody is kept out', async t => {
  const hints = join(temporaryFolder(t), 'hints')
  const hintsNow = (how: string) => writeFileSync(hints, how)
  hintsNow('lose 0')
  const networks: Network[] = []
  const production = await startProduction(t, {
    env: {
      ...longTimings,
      ...patchedBy('unreliable-bus'),
      BAD_HINTS: hints,
      QRGATE_FAILURES_PER_ACCOUNT: '3',
    },
    async redisUrls({ url }) {
      for (const _node of ['a', 'b']) networks.push(await Network.before(t, portOf(url)))
      const [ofA = url, ofB = url] = networks.map(network => network.address(url))
      return [ofA, ofB]
    },
  })
  const { nodes, redis } = production
  const [a, b] = nodes
  await production.addAccounts(['홍길동', '김철수'])
  const { kiosk } = await production.enrol(a.url)
  const many = (count: number) =>
    Promise.all(Array.from({ length: count }, () => signInAcross(production, kiosk)))
  await untilReady(nodes, 'ready')

  for (const share of whole ? [10, 50, 90, 100] : [50]) {
    await t.test(`F07: of hints ${share} % are lost, and the sweep tells`, async () => {
      hintsNow(`lose ${share}`)
      await many(whole ? 30 : 6)
    })
  }

  await t.test(
    'F08: hints come five times and in any order, and each state is told once',
    async () => {
      hintsNow('repeat 5')
      await many(whole ? 30 : 6)
      hintsNow('lose 0')
    },
  )

  await t.test('F12: Redis is slow and breaks off, and sign-ins go on', async () => {
    for (const network of networks) {
      network.toServer = { delayMs: 50 }
      network.fromServer = { delayMs: 250 }
    }
    await many(4)
    for (let round = 0; round < (whole ? 10 : 2); round += 1) {
      const meanwhile = many(2)
      for (const network of networks) network.cut()
      await meanwhile
    }
    for (const network of networks) network.heal()
  })

  await t.test('N86: connections that vanished are replaced, and hints are back', async () => {
    await untilReady(nodes, 'ready')
    for (const network of networks) network.forget()
    const [, ids] = await Promise.all([connectAnew(networks), many(4)])
    assert.equal(ids.length, 4)
    await untilReady(nodes, 'ready')
    const listener = await connected(t, redis.url)
    const heard = new Set<string>()
    await listener.pSubscribe('qrgate:*', id => heard.add(id))
    await until('a sign-in is hinted at', async () =>
      heard.has(await signInAcross(production, kiosk)),
    )
  })

  await t.test(
    'F14: a replica that lacks the latest is promoted, and the old one returns',
    async () => {
      const promoted = await startRedis(t)
      const [old, its] = [await connected(t, redis.url), await connected(t, promoted.url)]
      await its.sendCommand(['REPLICAOF', '127.0.0.1', `${portOf(redis.url)}`])
      await until('it has all', async () => (await its.info()).includes('master_link_status:up'))
      await its.sendCommand(['REPLICAOF', 'NO', 'ONE'])

      // From here on it lacks what the old one is told.
      const guess = async (url: string) => {
        const signIn = await startPatiently(kiosk)
        const phone = production.phone(url)
        await scanPatiently(kiosk, signIn, phone)
        // The first try of a scan at an enrolled kiosk is paid for by the reserve, too.
        await phone.signIn(signIn.id, 'nobody', 'wrong')
        return (await phone.signIn(signIn.id, 'visitor-1', 'wrong')).status
      }
      for (let n = 0; n < 3; n += 1) assert.equal(await guess(a.url), 401)
      assert.equal(await guess(a.url), 429)

      const waiting = await startPatiently(kiosk)
      const socket = await kiosk.at(b.url).watch(waiting)
      t.after(() => socket.cut())
      const phone = production.phone(a.url)
      await scanPatiently(kiosk, waiting, phone)
      await socket.state(waiting.id, 'scanned')

      const [ofA, ofB] = networks
      assert.ok(ofA && ofB)
      const anew = connectAnew([ofA])
      ofA.target = portOf(promoted.url)
      ofA.cut()
      await anew
      await untilReady(nodes, 'ready')
      // A has the promoted one, B the old one: each node is told of by the database alone.
      assert.equal(await guess(a.url), 429, 'what a node has counted itself it does not forget')
      assert.equal(await guess(b.url), 429)
      await many(2)
      for (let round = 0; round < (whole ? 20 : 4); round += 1) await raceAcross(production, kiosk)
      for (let n = 0; n < 20; n += 1) {
        const shard = createHash('sha1').update(waiting.id).digest().readUInt8(0) % 64
        await old.publish(`qrgate:${shard}`, waiting.id)
      }
      await signInPatiently(phone, waiting, 'visitor-0', password)
      await socket.state(waiting.id, 'approved')
      const told = socket.heard.flatMap(message =>
        message.type === 'state' ? [message.state] : [],
      )
      assert.deepEqual(
        told,
        ['pending', 'scanned', 'approved'].slice(-told.length),
        'nothing stale was told',
      )

      ofB.target = portOf(promoted.url)
      ofB.cut()
      await hintsAreBack(production, kiosk, promoted)
      await untilReady(nodes, 'ready')
    },
  )
})
