import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StartAnswer } from '@qrgate/sdk/protocol'
import { pause, unlessBusy, until } from '../support/patience.ts'
import {
  claimPatiently,
  scanPatiently,
  signInPatiently,
  startPatiently,
} from '../support/patient-visit.ts'
import type { Phone } from '../support/phone.ts'
import { longTimings, password, startProduction } from '../support/production.ts'
import { readiness, untilReady } from '../support/readiness.ts'

const people = 200
const story = ['sign_in.scanned', 'sign_in.approved', 'sign_in.claimed']

interface Attempt {
  signIn: StartAnswer
  phone: Phone
}

test('Postgres restarts and stands still while people sign in: nothing acknowledged is lost', async t => {
  const production = await startProduction(t, { env: longTimings })
  const { nodes, postgres } = production
  const [a, b] = nodes
  await production.addAccounts(Array.from({ length: people }, () => '홍길동'))
  const { kiosk } = await production.enrol(a.url)
  // Everybody has an account: of one account only so many tries may be under way at once.
  let arrived = 0
  const nextAccount = () => `visitor-${arrived++ % people}`

  /** Taps again until the gate says something final, as a visitor with patience does. */
  const signIn = async (n: number): Promise<Attempt> => {
    const screen = kiosk.at(n % 2 ? a.url : b.url)
    const signIn = await startPatiently(screen)
    const phone = production.phone(screen.url)
    await scanPatiently(screen, signIn, phone)
    await signInPatiently(phone, signIn, nextAccount(), password)
    return { signIn, phone }
  }

  /** What every phone was told is true, on either node, and was written down once. */
  const check = async (attempts: readonly Attempt[]) => {
    for (const { signIn, phone } of attempts) {
      const elsewhere = phone.at(b.url)
      assert.equal((await elsewhere.state(signIn.id)).body.state, 'approved')
      const socket = await kiosk.watch(signIn)
      await socket.state(signIn.id, 'approved')
      assert.equal((await claimPatiently(kiosk.at(b.url), signIn)).account.name, '홍*동')
      assert.deepEqual(await production.eventsOf(signIn.id), story)
      socket.cut()
    }
  }

  /** People come all the time, before, while and after the database is away; so many at once. */
  const during = async (fault: () => Promise<void>) => {
    const attempts: Promise<Attempt>[] = []
    let over = false
    let served = 0
    const come = async () => {
      while (!over) {
        const attempt = signIn(attempts.length)
        attempts.push(attempt)
        await attempt
        served += 1
        await pause(150)
      }
    }
    const coming = Promise.all(Array.from({ length: 6 }, come))
    // Whoever fails is heard of below; a rejection must not end the file before that.
    coming.catch(() => {})
    try {
      await until('somebody is served before', () => served > 0)
      await fault()
      const before = served
      await until('everybody is served after', () => served >= before + 12)
    } finally {
      over = true
    }
    await coming
    return Promise.all(attempts)
  }

  /** A visitor who taps while the database is away, and is told so. */
  const refused = async (fail: () => Promise<void> | void) => {
    const signIn = await startPatiently(kiosk)
    const phone = production.phone(a.url)
    const account = nextAccount()
    await scanPatiently(kiosk, signIn, phone)
    await fail()
    const answer = await phone.signIn(signIn.id, account, password)
    assert.equal(answer.status, 503)
    assert.match(await answer.text(), /"code":"storage_busy"/)
    assert.ok(Number(answer.headers.get('retry-after')) > 0)
    return { signIn, phone, account }
  }

  await t.test('F16: a restart', async () => {
    const attempts = await during(async () => {
      const { signIn, phone, account } = await refused(() => postgres.stop())
      await untilReady(nodes, 'not_ready')
      const { status, parts, retryAfter } = await readiness(a.url)
      assert.equal(status, 503)
      assert.ok(retryAfter)
      assert.equal(parts.database?.status, 'degraded')
      await postgres.boot()
      await signInPatiently(phone, signIn, account, password)
    })
    await untilReady(nodes, 'ready')
    await check(attempts)
  })

  await t.test(
    'F16: a freeze; meanwhile people are asked to try again, in bounded time',
    async () => {
      const attempts = await during(async () => {
        const { signIn: tapped, phone, account } = await refused(() => postgres.freeze())
        await untilReady(nodes, 'not_ready')
        assert.equal((await readiness(b.url)).status, 503)
        const health = await fetch(`${a.url}/healthz`)
        assert.equal(health.status, 200, 'a supervisor must not kill it for this')
        postgres.thaw()
        // I7: what failed for the visitor does not happen behind their back.
        await untilReady(nodes, 'ready')
        // What others begin now is done after whatever the node had still to do.
        for (let n = 1; n <= 4; n += 1) await signIn(n)
        assert.equal((await phone.state(tapped.id)).body.state, 'scanned')
        await signInPatiently(phone, tapped, account, password)
      })
      await untilReady(nodes, 'ready')
      await check(attempts)
    },
  )

  await t.test('no node has died of it', async () => {
    for (const node of nodes) {
      const running = await Promise.race([node.exited, pause(0).then(() => 'running')])
      assert.equal(running, 'running', node.log().slice(-2_000))
    }
  })

  await t.test('the kiosk waits through it on its socket', async () => {
    const signIn = await startPatiently(kiosk)
    const socket = await kiosk.watch(signIn)
    await socket.state(signIn.id, 'pending')
    await postgres.kill()
    await untilReady(nodes, 'not_ready')
    await postgres.boot()
    await untilReady(nodes, 'ready')
    const phone = production.phone(b.url)
    await scanPatiently(kiosk, signIn, phone)
    await signInPatiently(phone, signIn, nextAccount(), password)
    await socket.state(signIn.id, 'approved')
    assert.equal((await unlessBusy(() => kiosk.claim(signIn))).status, 200)
  })
})
