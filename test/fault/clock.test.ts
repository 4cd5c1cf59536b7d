import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { unlessBusy, until } from '../support/patience.ts'
import {
  claimPatiently,
  scanPatiently,
  signInPatiently,
  startPatiently,
} from '../support/patient-visit.ts'
import { password, startProduction } from '../support/production.ts'

const hour = 3_600_000
/** `npm run test:fault`: both ways in both directions; `npm test` tries each way and each direction once. */
const whole = process.env.QRGATE_TEST_FAULT === 'whole'
const preload = new URL('../support/wrong-clock.ts', import.meta.url).href
const wrongClock = (at: { start?: number; later?: number }) => ({
  NODE_OPTIONS: `--import=${preload}`,
  WRONG_AT_START: `${at.start ?? 0}`,
  WRONG_LATER: `${at.later ?? 0}`,
})

test('F22: a clock that is wrong by an hour on one node expires nothing and revives nothing', async t => {
  const production = await startProduction(t, { env: { QRGATE_SCANNED_SECONDS: '3600' } })
  const [wrong, right] = production.nodes
  const { store } = production
  await production.addAccounts(Array.from({ length: 8 }, () => '홍길동'))
  const { kiosk } = await production.enrol(right.url)
  const client = new pg.Client(production.settings.DATABASE_URL)
  await client.connect()
  // The server goes before the client does.
  client.on('error', () => {})
  t.after(() => client.end().catch(() => {}))
  let arrived = 0

  /** Lets a sign-in run out: its hour passes without anybody having to wait for it. */
  const runOut = async ({ id }: { id: string }) => {
    const hourBack = 'update sign_ins set deadline = deadline - $1 where id = $2'
    await client.query(hourBack, [hour, id])
  }

  /** Two rounds of the wrong node's reaper, alone: the second began when the first was over. */
  const wrongReaps = async () => {
    const others = await Promise.all([1, 2].map(() => startPatiently(kiosk.at(right.url))))
    for (const signIn of others) {
      await scanPatiently(kiosk, signIn, production.phone(right.url))
    }
    right.freeze()
    for (const signIn of others) {
      await runOut(signIn)
      const state = async () => (await store.signIns.read(signIn.id))?.state
      await until('the wrong node reaps', async () => (await state()) === 'expired')
    }
    right.thaw()
  }

  /** Every way between the two nodes works, and both give a sign-in the same time. */
  const checkBothWays = async () => {
    for (const [from, to] of [
      [wrong, right],
      [right, wrong],
    ] as const) {
      const signIn = await startPatiently(kiosk.at(from.url))
      assert.equal(signIn.expires_in, 300)
      for (const { url } of [from, to]) {
        // By an hour too many or too few it would be far off; two clocks of a busy machine differ by some ms.
        const left = (await kiosk.at(url).view(signIn)).expires_in_ms ?? Number.NaN
        assert.ok(left > 0 && left < 600_000, `${left} ms`)
      }
      const phone = production.phone(to.url)
      await scanPatiently(kiosk.at(from.url), signIn, phone)
      for (const { url } of [from, to]) {
        assert.equal((await kiosk.at(url).view(signIn)).state, 'scanned')
      }
      await signInPatiently(phone, signIn, `visitor-${arrived}`, password)
      arrived += 1
      await claimPatiently(kiosk.at(from.url), signIn)
    }
  }

  for (const [words, jump] of [
    ['ahead', hour],
    ['back', -hour],
  ] as const) {
    const jumps = whole || jump > 0
    await t.test(
      `a node whose clock jumps an hour ${words} while sign-ins wait`,
      { skip: !jumps },
      async () => {
        await wrong.kill('SIGTERM')
        await wrong.boot(wrongClock({ later: jump }))
        const pending = await startPatiently(kiosk.at(wrong.url))
        const scanned = await startPatiently(kiosk.at(right.url))
        const over = await startPatiently(kiosk.at(right.url))
        const phone = production.phone(wrong.url)
        await scanPatiently(kiosk, scanned, phone)
        await scanPatiently(kiosk, over, phone)
        assert.equal((await unlessBusy(() => kiosk.cancel(over))).status, 200)

        wrong.signal('SIGWINCH')
        await wrongReaps()
        assert.equal((await kiosk.view(pending)).state, 'pending')
        assert.equal((await kiosk.at(wrong.url).view(pending)).state, 'pending')
        assert.equal((await kiosk.view(scanned)).state, 'scanned')
        assert.equal((await kiosk.at(wrong.url).view(scanned)).state, 'scanned')
        assert.equal((await kiosk.at(wrong.url).view(over)).state, 'cancelled')
        await checkBothWays()
        // What has run out has run out on both.
        await runOut(scanned)
        assert.equal((await kiosk.view(scanned)).state, 'expired')
        assert.equal((await kiosk.at(wrong.url).view(scanned)).state, 'expired')
        const late = await unlessBusy(() => phone.signIn(scanned.id, 'visitor-7', password))
        assert.equal(late.status, 410, 'nothing comes back to life')
      },
    )

    const starts = whole || jump < 0
    await t.test(
      `a node that starts with its clock an hour ${words}`,
      { skip: !starts },
      async () => {
        await wrong.kill('SIGTERM')
        await wrong.boot(wrongClock({ start: jump }))
        await checkBothWays()
      },
    )
  }
})
