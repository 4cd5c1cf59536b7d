import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StartAnswer } from '@qrgate/sdk/protocol'
import type { Kiosk } from '../support/kiosk.ts'
import type { Phone } from '../support/phone.ts'
import { password, startProduction } from '../support/production.ts'
import { readiness, untilReady } from '../support/readiness.ts'

const people = 200
const story = ['scan', 'sign_in', 'approve', 'claim']

/** A screen tries again too: a node may have to look up whether it is still enrolled. */
async function startPatiently(kiosk: Kiosk): Promise<StartAnswer> {
  for (const end = performance.now() + 40_000; performance.now() < end; ) {
    const answer = await kiosk.tryStart()
    if (answer.status === 201) return (await answer.json()) as StartAnswer
    assert.equal(answer.status, 503, await answer.text())
    await sleep(100)
  }
  throw new Error('nobody could start any more')
}

interface Attempt {
  signIn: StartAnswer
  phone: Phone
  status: number
  /** How often the visitor was told to try again. */
  refused: number
}

test('Postgres restarts and stands still while people sign in: nothing acknowledged is lost', async t => {
  const production = await startProduction(t)
  const { nodes, postgres, store } = production
  const [a, b] = nodes
  await production.addAccounts(Array.from({ length: people }, () => '홍길동'))
  const { kiosk } = await production.enrol(a.url)
  const retryAfters = new Set<string | null>()
  // Everybody has an account: of one account only so many tries may be under way at once.
  let arrived = 0
  const nextAccount = () => `visitor-${arrived++ % people}`

  /** Taps again until the gate says something final, as a visitor with patience does. */
  const signIn = async (n: number): Promise<Attempt> => {
    const at = n % 2 ? a.url : b.url
    const signIn = await startPatiently(kiosk.at(at))
    const phone = production.phone(at)
    const account = nextAccount()
    let receipt = ''
    const attempt = { signIn, phone, status: 0, refused: 0 }
    for (const end = performance.now() + 40_000; performance.now() < end; ) {
      if (receipt === '') receipt = (await phone.open(signIn.frame.url)).receipt
      const answer = receipt && (await phone.signIn(signIn.id, account, password, receipt))
      attempt.status = answer ? answer.status : 503
      if (attempt.status !== 503) break
      if (answer) retryAfters.add(answer.headers.get('retry-after'))
      attempt.refused += 1
      await sleep(100)
    }
    return attempt
  }

  /** What every phone was told is true, on either node, and was written down once. */
  const check = async (attempts: readonly Attempt[]) => {
    for (const { signIn, status, phone } of attempts) {
      assert.equal(status, 200)
      assert.equal((await phone.at(b.url).state(signIn.id)).body.state, 'approved')
      const socket = await kiosk.watch(signIn)
      await socket.state(signIn.id, 'approved')
      assert.equal((await kiosk.at(b.url).claimed(signIn)).account.name, '홍*동')
      const events = (await store.audit.ofSignIn(signIn.id)).map(({ event }) => event)
      assert.deepEqual(events, story)
      socket.cut()
    }
  }

  /** People come all the time, before, while and after the database is away. */
  const during = async (fault: () => Promise<void>) => {
    const attempts: Promise<Attempt>[] = []
    let over = false
    const coming = (async () => {
      for (let n = 0; !over; n += 1) {
        attempts.push(signIn(n))
        await sleep(150)
      }
    })()
    try {
      await sleep(300)
      await fault()
      await sleep(300)
    } finally {
      over = true
      await coming
    }
    return Promise.all(attempts)
  }

  await t.test('F16: a restart', async () => {
    const attempts = await during(async () => {
      await postgres.stop()
      await untilReady(nodes, 'not_ready')
      const { status, parts, retryAfter } = await readiness(a.url)
      assert.equal(status, 503)
      assert.ok(retryAfter)
      assert.equal(parts.database?.status, 'degraded')
      await postgres.boot()
    })
    await untilReady(nodes, 'ready')
    await check(attempts)
  })

  await t.test(
    'F16: a freeze; meanwhile people are asked to try again, in bounded time',
    async () => {
      const attempts = await during(async () => {
        const signIn = await kiosk.start()
        const phone = production.phone(a.url)
        const account = nextAccount()
        await phone.scan(signIn.frame.url)
        postgres.freeze()
        const answer = await phone.signIn(signIn.id, account, password)
        assert.equal(answer.status, 503)
        assert.match(await answer.text(), /"code":"storage_busy"/)
        assert.ok(Number(answer.headers.get('retry-after')) > 0)
        await untilReady(nodes, 'not_ready')
        assert.equal((await readiness(b.url)).status, 503)
        const health = await fetch(`${a.url}/healthz`)
        assert.equal(health.status, 200, 'a supervisor must not kill it for this')
        postgres.thaw()
        // I7: what failed for the visitor does not happen behind their back.
        await untilReady(nodes, 'ready')
        await sleep(200)
        assert.equal((await phone.state(signIn.id)).body.state, 'scanned')
        assert.equal((await phone.signIn(signIn.id, account, password)).status, 200)
      })
      await untilReady(nodes, 'ready')
      await check(attempts)
    },
  )

  await t.test('the faults were felt, and every refusal said when to come back', () => {
    assert.ok(retryAfters.size > 0, 'nobody was refused')
    for (const seconds of retryAfters) assert.ok(Number(seconds) > 0, `${seconds}`)
  })

  await t.test('no node has died of it', async () => {
    for (const node of nodes) {
      const running = await Promise.race([node.exited, sleep(0, 'running')])
      assert.equal(running, 'running', node.log().slice(-2_000))
    }
  })

  await t.test('the kiosk waits through it on its socket', async () => {
    const signIn = await kiosk.start()
    const socket = await kiosk.watch(signIn)
    await socket.state(signIn.id, 'pending')
    await postgres.kill()
    await sleep(500)
    await postgres.boot()
    await untilReady(nodes, 'ready')
    const phone = production.phone(b.url)
    await phone.scan(signIn.frame.url)
    await phone.signIn(signIn.id, nextAccount(), password)
    await socket.state(signIn.id, 'approved')
    assert.equal((await kiosk.claim(signIn)).status, 200)
  })
})
