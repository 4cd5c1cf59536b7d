import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignInView, StartAnswer } from '@qrgate/sdk/protocol'
import { until } from '../support/patience.ts'
import { password, startProduction } from '../support/production.ts'

const hour = 3_600_000
const preload = new URL('../support/wrong-clock.ts', import.meta.url).href
const wrongClock = (at: { start?: number; later?: number }) => ({
  NODE_OPTIONS: `--import=${preload}`,
  WRONG_AT_START: `${at.start ?? 0}`,
  WRONG_LATER: `${at.later ?? 0}`,
})

test('F22: a clock that is wrong by an hour on one node expires nothing and revives nothing', async t => {
  const production = await startProduction(t)
  const [wrong, right] = production.nodes
  await production.addAccounts(Array.from({ length: 8 }, () => '홍길동'))
  const { kiosk } = await production.enrol(right.url)
  let arrived = 0

  /** The time of this sign-in was over a moment ago, by the clock of all nodes. */
  const endTimeOf = ({ id }: StartAnswer) =>
    production.postgres.run(
      production.settings.DATABASE_URL,
      `update sign_ins set deadline = (extract(epoch from clock_timestamp()) * 1000)::bigint - 1
        where id = '${id}'`,
    )

  /** A whole round of the wrong node's reaper, while the other node's stands still. */
  const untilReaped = async () => {
    right.freeze()
    // A round ends after it has expired what is due, so the second one sees the first one's end.
    for (let round = 0; round < 2; round += 1) {
      const due = await kiosk.at(wrong.url).start()
      await production.phone(wrong.url).scan(due.frame.url)
      await endTimeOf(due)
      const written = async () => (await production.store.signIns.read(due.id))?.state === 'expired'
      await until('the reaper has looked', written)
    }
    right.thaw()
  }

  const leftOf = ({ expires_in_ms }: SignInView) => (expires_in_ms ?? Number.NaN) / 1000

  /** Every way between the two nodes works, and both give a sign-in the same time. */
  const checkBothWays = async () => {
    for (const [from, to] of [
      [wrong, right],
      [right, wrong],
    ] as const) {
      const signIn = await kiosk.at(from.url).start()
      assert.equal(signIn.expires_in, 300)
      for (const { url } of [from, to]) {
        const left = leftOf(await kiosk.at(url).view(signIn))
        assert.ok(left > 0 && left <= 300, `${left} s`)
      }
      const phone = production.phone(to.url)
      assert.equal((await phone.scan(signIn.frame.url)).answer.status, 200)
      for (const { url } of [from, to]) {
        assert.equal((await kiosk.at(url).view(signIn)).state, 'scanned')
      }
      const account = `visitor-${arrived}`
      arrived += 1
      assert.equal((await phone.signIn(signIn.id, account, password)).status, 200)
      assert.equal((await kiosk.at(from.url).claim(signIn)).status, 200)
    }
  }

  for (const [words, jump] of [
    ['ahead', hour],
    ['back', -hour],
  ] as const) {
    await t.test(`a node whose clock jumps an hour ${words} while sign-ins wait`, async () => {
      await wrong.kill('SIGTERM')
      await wrong.boot(wrongClock({ later: jump }))
      const pending = await kiosk.at(wrong.url).start()
      const scanned = await kiosk.at(right.url).start()
      const over = await kiosk.at(right.url).start()
      const phone = production.phone(wrong.url)
      await phone.scan(scanned.frame.url)
      await phone.scan(over.frame.url)
      await kiosk.cancel(over)

      wrong.signal('SIGWINCH')
      await untilReaped()
      assert.equal((await kiosk.view(pending)).state, 'pending')
      assert.equal((await kiosk.at(wrong.url).view(pending)).state, 'pending')
      assert.equal((await kiosk.view(scanned)).state, 'scanned')
      assert.equal((await kiosk.at(wrong.url).view(over)).state, 'cancelled')
      await checkBothWays()
      // What has run out has run out on both, no sooner and no later.
      assert.equal((await kiosk.at(wrong.url).view(scanned)).state, 'scanned')
      await endTimeOf(scanned)
      assert.equal((await kiosk.view(scanned)).state, 'expired')
      assert.equal((await kiosk.at(wrong.url).view(scanned)).state, 'expired')
      const late = await phone.signIn(scanned.id, 'visitor-7', password)
      assert.equal(late.status, 410, 'nothing comes back to life')
    })

    await t.test(`a node that starts with its clock an hour ${words}`, async () => {
      await wrong.kill('SIGTERM')
      await wrong.boot(wrongClock({ start: jump }))
      await checkBothWays()
    })
  }
})
