// `npm run bench:waits`: how long people and supervisors wait, on a quiet machine, for what the tests
// of the same ids hold to its order only. Prints figures beside what was aimed at, and judges nothing.

import { paths } from '@qrgate/sdk/protocol'
import { GateProcess } from '../test/support/gate-process.ts'
import { type Production, password, startProduction } from '../test/support/production.ts'
import { untilReady } from '../test/support/readiness.ts'
import { SeedClient } from '../test/support/seed-client.ts'
import { addAccount, scannedSignIn, visitor } from '../test/support/visitor.ts'

const ends: (() => unknown)[] = []
const scope = { after: (end: () => unknown) => void ends.push(end) }

/** How long something takes, in milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function report(ids: string, what: string, waits: number[], aim: string): void {
  const sorted = waits.toSorted((a, b) => a - b)
  const ms = (value = Number.NaN) => `${value.toFixed(value < 10 ? 1 : 0)} ms`
  const figures = `${ms(sorted[sorted.length >> 1])}, worst ${ms(sorted.at(-1))}`
  console.log(`${ids.padEnd(10)} ${what.padEnd(58)} ${figures.padEnd(28)} aim: ${aim}`)
}

async function repeat(times: number, work: (n: number) => Promise<number>): Promise<number[]> {
  const waits: number[] = []
  for (let n = 0; n < times; n += 1) waits.push(await work(n))
  return waits
}

async function oneNode(): Promise<void> {
  const limits = ['ACCOUNT', 'ACCOUNT_DAY', 'NETWORK'].map(of => [
    `QRGATE_FAILURES_PER_${of}`,
    '1000',
  ])
  const gate = await GateProcess.start(scope, Object.fromEntries(limits))
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const token = await client.start()
  const refused = (id: string) => timed(() => client.signIn(id, 'wrong password', token))
  const known: number[] = []
  const unknown: number[] = []
  for (let n = 0; n < 55; n += 1) {
    const waits = [await refused(visitor.id), await refused('nobody')] as const
    // The first ones warm up.
    if (n < 5) continue
    known.push(waits[0])
    unknown.push(waits[1])
  }
  report('S049', 'a wrong password is refused', known, 'the same')
  report('S049', 'an unknown id is refused', unknown, 'the same')

  const health = () => timed(() => fetch(`${gate.url}/healthz`))
  const many = Promise.all(
    Array.from({ length: 200 }, () => client.signIn(visitor.id, visitor.password)),
  )
  let busy = true
  void many.finally(() => {
    busy = false
  })
  const looks: number[] = []
  while (busy) looks.push(await health())
  await many
  report('S054', '/healthz while two hundred sign in at once', looks, '< 100 ms')

  const learned = await repeat(20, async () => {
    const { kiosk, signIn, phone, id } = await scannedSignIn(gate)
    const headers = { authorization: `Bearer ${signIn.kiosk_secret}` }
    const poll = fetch(`${kiosk.url}${paths.signIn(id)}?since=1&wait=20`, { headers })
    await phone.signIn(id, visitor.id, visitor.password)
    return timed(() => poll)
  })
  report('', 'a long poll after the approval was answered', learned, '< 100 ms')

  report(
    'F33',
    'SIGTERM to the end of an idle gate',
    [await timed(() => gate.kill('SIGTERM'))],
    '5 s',
  )
}

/** From a phone's approval on one node until the kiosk has learned it on the other. */
async function across(
  { nodes, phone }: Production,
  kiosk: Awaited<ReturnType<Production['enrol']>>,
) {
  const [a, b] = nodes
  const signIn = await kiosk.kiosk.start()
  const socket = await kiosk.kiosk.at(a.url).watch(signIn)
  const visitorsPhone = phone(b.url)
  await visitorsPhone.scan(signIn.frame.url)
  await visitorsPhone.signIn(signIn.id, 'visitor-0', password)
  const wait = await timed(() => socket.state(signIn.id, 'approved'))
  socket.cut()
  return wait
}

async function twoNodes(): Promise<void> {
  const production = await startProduction(scope)
  const { nodes, redis, store } = production
  await production.addAccounts(['홍길동'])
  const kiosk = await production.enrol(nodes[0].url)
  const news = () => across(production, kiosk)
  report('F23', 'an approval reaches the other node', await repeat(20, news), '< 300 ms')
  redis.freeze()
  report('F11', 'the same while Redis is frozen', await repeat(5, news), '< 2 s')
  redis.thaw()
  await redis.kill()
  report('F10', 'the same while Redis is gone', await repeat(5, news), '< 2 s')
  await redis.restart()
  report(
    'F10',
    'Redis is back until both nodes use it',
    [await timed(() => untilReady(nodes, 'ready'))],
    '15 s',
  )

  const signIn = await kiosk.kiosk.start()
  const socket = await kiosk.kiosk.at(nodes[1].url).watch(signIn)
  await socket.state(signIn.id, 'pending')
  const revoked = await timed(async () => {
    await store.kiosks.revoke(kiosk.row.number, Date.now())
    await socket.closed
  })
  report('S033', 'a revoked kiosk is out, on another node', [revoked], '< 5 s')

  production.postgres.freeze()
  const phone = production.phone(nodes[0].url)
  const told = await timed(
    async () => await (await phone.signIn(signIn.id, 'visitor-0', password)).text(),
  )
  report('F16', 'Postgres frozen: a visitor is asked to try again', [told], '< 10 s')
  production.postgres.thaw()
  report(
    'F16',
    'Postgres back until both nodes are ready',
    [await timed(() => untilReady(nodes, 'ready'))],
    '15 s',
  )
}

try {
  await oneNode()
  await twoNodes()
} finally {
  for (const end of ends.toReversed()) await end()
}
process.exit()
