import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StartAnswer } from '@qrgate/sdk/protocol'
import type { Kiosk } from '../support/kiosk.ts'
import { turns, unlessBusy, until } from '../support/patience.ts'
import type { Phone } from '../support/phone.ts'
import { password, startProduction } from '../support/production.ts'
import { readiness, untilReady } from '../support/readiness.ts'

const people = 200
const story = ['scan', 'sign_in', 'approve', 'claim']

/** A screen tries again too: a node may have to look up whether it is still enrolled. */
async function startPatiently(kiosk: Kiosk): Promise<StartAnswer> {
  const answer = await unlessBusy(() => kiosk.tryStart())
  assert.equal(answer.status, 201, await answer.clone().text())
  return (await answer.json()) as StartAnswer
}

interface Attempt {
  signIn: StartAnswer
  phone: Phone
  status: number
}

test('Postgres restarts and stands still while people sign in: nothing acknowledged is lost', async t => {
  const production = await startProduction(t)
  const { nodes, postgres, store } = production
  const [a, b] = nodes
  await production.addAccounts(Array.from({ length: people }, () => '홍길동'))
  const { kiosk } = await production.enrol(a.url)
  /** When those who were refused were told to come back. */
  const refusals: (string | null)[] = []
  // Everybody has an account: of one account only so many tries may be under way at once.
  let arrived = 0
  const nextAccount = () => `visitor-${arrived++ % people}`

  /** Taps again until the gate says something final, as a visitor with patience does. */
  const signIn = async (n: number): Promise<Attempt> => {
    const at = n % 2 ? a.url : b.url
    const phone = production.phone(at)
    const account = nextAccount()
    let signIn = await startPatiently(kiosk.at(at))
    let receipt = ''
    let status = 503
    await until(
      `visitor ${n} is in`,
      async () => {
        if (receipt === '') {
          const opened = await phone.open(signIn.frame.url)
          receipt = opened.receipt
          // Whoever stood there for too long scans what the screen shows by now.
          if (opened.status === 410) signIn = await startPatiently(kiosk.at(at))
          if (receipt === '') return false
        }
        const answer = await phone.signIn(signIn.id, account, password, receipt)
        status = answer.status
        if (status === 503) refusals.push(answer.headers.get('retry-after'))
        return status !== 503
      },
      100,
    )
    return { signIn, phone, status }
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
    let done = 0
    let over = false
    const coming = Array.from({ length: 4 }, async () => {
      while (!over) {
        const attempt = signIn(attempts.length)
        attempts.push(attempt)
        await attempt
        done += 1
      }
    })
    const some = () => {
      const enough = done + 4
      return until('some get through', () => done >= enough)
    }
    try {
      await some()
      await fault()
      await some()
    } finally {
      over = true
      await Promise.all(coming)
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
      await until('somebody is refused', () => refusals.length > 0)
      await postgres.boot()
    })
    await untilReady(nodes, 'ready')
    await check(attempts)
  })

  await t.test('F16: a freeze; meanwhile people are asked to try again', async () => {
    const attempts = await during(async () => {
      const signIn = await kiosk.start()
      const phone = production.phone(a.url)
      const account = nextAccount()
      await phone.scan(signIn.frame.url)
      postgres.freeze()
      // All of these are answered while Postgres answers nothing.
      const answer = await phone.signIn(signIn.id, account, password)
      assert.equal(answer.status, 503)
      assert.match(await answer.text(), /"code":"storage_busy"/)
      assert.ok(Number(answer.headers.get('retry-after')) > 0)
      await untilReady(nodes, 'not_ready')
      const health = await fetch(`${a.url}/healthz`)
      assert.equal(health.status, 200, 'a supervisor must not kill it for this')
      postgres.thaw()
      // I7: what failed for the visitor does not happen behind their back.
      await postgres.untilOverWhatHasBegun()
      await untilReady(nodes, 'ready')
      assert.equal((await phone.state(signIn.id)).body.state, 'scanned')
      const tap = () => phone.signIn(signIn.id, account, password)
      assert.equal((await unlessBusy(tap)).status, 200)
    })
    await untilReady(nodes, 'ready')
    await check(attempts)
  })

  await t.test('the faults were felt, and every refusal said when to come back', () => {
    assert.ok(refusals.length > 0, 'nobody was refused')
    for (const seconds of refusals) assert.ok(Number(seconds) > 0, `${seconds}`)
  })

  await t.test('no node has died of it', async () => {
    for (const node of nodes) {
      const running = await Promise.race([node.exited, turns().then(() => 'running')])
      assert.equal(running, 'running', node.log().slice(-2_000))
    }
  })

  await t.test('the kiosk waits through it on its socket', async () => {
    const signIn = await kiosk.start()
    const socket = await kiosk.watch(signIn)
    await socket.state(signIn.id, 'pending')
    await postgres.kill()
    await untilReady(nodes, 'not_ready')
    await postgres.boot()
    await untilReady(nodes, 'ready')
    const phone = production.phone(b.url)
    await phone.scan(await kiosk.frame(signIn))
    const account = nextAccount()
    await unlessBusy(() => phone.signIn(signIn.id, account, password))
    await socket.state(signIn.id, 'approved')
    assert.equal((await kiosk.claim(signIn)).status, 200)
  })
})
