import { createCounters } from '../../server/src/limits/counters.ts'
import { redisCounts } from '../../server/src/limits/redis-counts.ts'
import { createTryLimits } from '../../server/src/limits/try-limits.ts'
import { qrgate } from '../../test/support/command.ts'
import type { Scope } from '../../test/support/gate.ts'
import type { Kiosk } from '../../test/support/kiosk.ts'
import { pause } from '../../test/support/patience.ts'
import { password, startProduction } from '../../test/support/production.ts'
import { readiness, untilReady } from '../../test/support/readiness.ts'
import { compare, percentile, row, timed } from '../support/figures.ts'

/** How long people wait while a part of two nodes is away; each time is one that an issue demands. */
export async function measureFaults(scope: Scope): Promise<void> {
  const production = await startProduction(scope)
  const { nodes, redis, postgres, settings, store } = production
  const [a, b] = nodes
  await production.addAccounts(['홍길동', '홍길동'])
  const { kiosk } = await production.enrol(a.url)

  /** From the phone's tap at one node to the kiosk's message on the other. */
  const across = async (times: number, kioskAt = kiosk.at(a.url), phoneAt = b.url) => {
    const took: number[] = []
    for (let n = 0; n < times; n += 1) {
      const signIn = await kioskAt.start()
      const socket = await kioskAt.watch(signIn)
      await socket.state(signIn.id, 'pending')
      const phone = production.phone(phoneAt)
      const { id, receipt } = await phone.open(signIn.frame.url)
      const told = async () => {
        await phone.post(`/s/${id}/scan`, { receipt })
        await socket.state(id, 'scanned')
      }
      took.push(await timed(told))
      socket.cut()
    }
    return took
  }

  await untilReady(nodes, 'ready')
  const own = await across(30, kiosk.at(a.url), a.url)
  compare('', 'a kiosk learns of its own node', own, own)
  compare('', 'of the other node, by hints', await across(30), own)
  await redis.kill()
  await untilReady(nodes, 'degraded')
  compare('F10', 'of the other node, Redis down', await across(10), own)
  await redis.restart()
  await untilReady(nodes, 'ready')
  const tries = await countedTries(redis.url)
  redis.freeze()
  await untilReady(nodes, 'degraded')
  compare('F11', 'of the other node, Redis frozen', await across(10), own)
  const first = ms(await timed(tries.one))
  row('', 'a try while Redis is frozen, and the next', `${first}, ${ms(await timed(tries.one))}`)
  tries.close()
  redis.thaw()
  await untilReady(nodes, 'ready')
  compare('F10 F11', 'of the other node, Redis back', await across(30), own)

  const backAgain = await revocations(production.enrol, kiosk, async row => {
    await qrgate(['kiosk', 'revoke', `${row}`], settings, a.dataDir)
  })
  row('S033', 'an open socket after `kiosk revoke`', ms(backAgain))

  const waiting = await kiosk.start()
  const phone = production.phone(b.url)
  await phone.scan(waiting.frame.url)
  postgres.freeze()
  const refused = await timed(() => phone.signIn(waiting.id, 'visitor-0', password))
  row('F16', 'a sign-in is refused, Postgres frozen', ms(refused))
  row('F16', 'readyz answers, Postgres frozen', ms(await timed(() => readiness(b.url))))
  postgres.thaw()
  await untilReady(nodes, 'ready')

  const back: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const signIn = await kiosk.at(b.url).start()
    const visitor = production.phone(a.url)
    await visitor.scan(signIn.frame.url)
    await visitor.signIn(signIn.id, 'visitor-1', password)
    await a.kill('SIGKILL')
    await a.boot()
    back.push(
      await timed(async () => {
        const socket = await kiosk.at(a.url).watch(signIn)
        await socket.state(signIn.id, 'approved')
        socket.cut()
      }),
    )
  }
  row('F01', 'a kiosk is told once its node is back', ms(Math.max(...back)))
  row('F33', 'a node ends after SIGTERM', ms(await timed(() => a.kill('SIGTERM'))))
  await store.close()
}

const ms = (value: number | undefined) => `${(value ?? Number.NaN).toFixed(0)} ms`

/** From the end of the command to the close of a socket. */
async function revocations(
  enrol: (url: string) => Promise<{ kiosk: Kiosk; row: { number: number } }>,
  { url }: Kiosk,
  revoke: (row: number) => Promise<void>,
): Promise<number> {
  const took: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const { kiosk, row } = await enrol(url)
    const signIn = await kiosk.start()
    const socket = await kiosk.watch(signIn)
    await socket.state(signIn.id, 'pending')
    await revoke(row.number)
    took.push(await timed(() => socket.closed))
  }
  return percentile(took, 0.99)
}

/** Tries at one account, counted in Redis too. */
async function countedTries(url: string) {
  const rules = {
    perSignIn: 100,
    signInLife: 600,
    window: 900,
    perAccount: 100,
    perAccountAndDay: 1_000,
    perNetwork: 100,
  }
  const shared = redisCounts(url, () => {})
  const counters = createCounters(() => performance.now(), shared)
  const tries = createTryLimits(rules, counters)
  // Until it has its connection.
  await pause(500)
  const payer = { signIn: 'one', kiosk: 0, enrolled: false, address: '203.0.113.7' }
  const one = async () => {
    const tried = await tries.begin(payer)
    await tried.look({ id: 'hong', standing: 'stranger' })
    tried.over()
  }
  return { one, close: counters.close }
}
