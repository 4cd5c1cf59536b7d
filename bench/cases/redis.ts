import { createRedisClient } from '../../server/src/redis/client.ts'
import type { Scope } from '../../test/support/gate.ts'
import { Network } from '../../test/support/network.ts'
import { pause } from '../../test/support/patience.ts'
import { password, startProduction } from '../../test/support/production.ts'
import { untilReady } from '../../test/support/readiness.ts'
import { compare, row, timed } from '../support/figures.ts'

/** How long it takes until Redis may be answered, there and back, in milliseconds. */
const trips = [100, 200, 300, 400]
/** Interleaved, so that each has its share of whatever else the machine does. */
const blocks = 4
const ofBlock = 15

/** What a slow Redis costs whoever signs in, and how soon nodes use one again that was away. */
export async function measureRedis(scope: Scope): Promise<void> {
  const networks: Network[] = []
  const production = await startProduction(scope, {
    // One account signs in all the time.
    env: { QRGATE_FAILURES_PER_NETWORK: '1000000' },
    async redisUrls({ url }) {
      for (const _node of ['a', 'b']) {
        networks.push(await Network.before(scope, Number(new URL(url).port)))
      }
      const [ofA = url, ofB = url] = networks.map(network => network.address(url))
      return [ofA, ofB]
    },
  })
  const { nodes, redis } = production
  const [a, b] = nodes
  await production.addAccounts(['홍길동'])
  const { kiosk } = await production.enrol(a.url)
  await untilReady(nodes, 'ready')

  /** From the phone's submit to its answer. */
  const approve = async () => {
    const signIn = await kiosk.start()
    const phone = production.phone(b.url)
    await phone.scan(signIn.frame.url)
    return timed(async () => {
      const { status } = await phone.signIn(signIn.id, 'visitor-0', password)
      if (status !== 200) throw new Error(`sign in: ${status}`)
    })
  }
  const slower = (ms: number) => {
    for (const network of networks) network.fromServer = { delayMs: ms }
  }
  const near: number[] = []
  const far = new Map<number, number[]>(trips.map(trip => [trip, []]))
  for (let n = 0; n < 10; n += 1) await approve()
  for (let block = 0; block < blocks; block += 1) {
    for (const [trip, took] of [[0, near] as const, ...far]) {
      slower(trip)
      // What was under way before has come.
      await pause(1_000)
      for (let n = 0; n < ofBlock; n += 1) took.push(await approve())
    }
  }
  slower(0)
  compare('F12', 'an approval, Redis near', near, near)
  for (const [trip, took] of far) compare('F12', `the same, Redis ${trip} ms away`, took, near)

  const client = createRedisClient(redis.url)
  await client.connect()
  const eachNetwork = (act: (network: Network) => void) => () => {
    for (const network of networks) act(network)
  }
  const faults: [string, string, () => unknown, () => unknown][] = [
    ['N86', 'connections were forgotten', eachNetwork(network => network.forget()), () => {}],
    [
      'N86',
      'nothing got through',
      eachNetwork(network => network.blackHole()),
      eachNetwork(network => network.heal()),
    ],
    ['F10', 'Redis was down', redis.kill, redis.restart],
    ['F11', 'Redis was frozen', redis.freeze, redis.thaw],
    [
      'F13',
      'Redis was out of memory',
      () => client.configSet('maxmemory', '1'),
      () => client.configSet('maxmemory', '0'),
    ],
  ]
  for (const [id, name, fail, heal] of faults) {
    await untilReady(nodes, 'ready')
    const broken = await timed(async () => {
      if (!client.isOpen) await client.connect()
      await fail()
      await untilReady(nodes, 'degraded')
    })
    const healed = await timed(async () => {
      await heal()
      await untilReady(nodes, 'ready')
    })
    row(id, `${name}: told, and over`, `after ${broken.toFixed(0)} ms, ${healed.toFixed(0)} ms`)
  }
  client.destroy()
}
