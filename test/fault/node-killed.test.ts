import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StartAnswer } from '@qrgate/sdk/protocol'
import type { Kiosk } from '../support/kiosk.ts'
import { pause, unlessBusy } from '../support/patience.ts'
import type { Phone } from '../support/phone.ts'
import { type Production, password, startProduction } from '../support/production.ts'

const rounds = process.env.QRGATE_TEST_FAULT === 'whole' ? 6 : 3
const story = ['sign_in.scanned', 'sign_in.approved', 'sign_in.claimed']

interface Stage {
  signIn: StartAnswer
  phone: Phone
  account: string
}

let arrived = 0

/** Everybody has an account: a try that a killed node had counted stays counted. */
async function scanned(production: Production, kiosk: Kiosk, phoneAt: string): Promise<Stage> {
  const account = `visitor-${arrived}`
  arrived += 1
  const signIn = await kiosk.start()
  const phone = production.phone(phoneAt)
  assert.equal((await phone.scan(signIn.frame.url)).answer.status, 200)
  return { signIn, phone, account }
}

test('a node killed at any moment loses nothing: the other one goes on with the same sign-ins', async t => {
  const production = await startProduction(t)
  const { nodes, url } = production
  await production.addAccounts(Array.from({ length: rounds * 5 }, () => '홍길동'))
  const { kiosk } = await production.enrol(url)
  const seen = { acknowledged: 0, cut: 0, claimsCut: 0 }

  for (let round = 0; round < rounds; round += 1) {
    const [dying, staying] = round % 2 ? [nodes[1], nodes[0]] : [nodes[0], nodes[1]]
    const approvals = await Promise.all([1, 2, 3].map(() => scanned(production, kiosk, dying.url)))
    const claims = await Promise.all([1, 2].map(() => scanned(production, kiosk, staying.url)))
    for (const { phone, signIn, account } of claims)
      await phone.signIn(signIn.id, account, password)
    // The screen hangs on the node that dies, wherever the phone is.
    const sockets = await Promise.all(
      approvals.map(({ signIn }) => kiosk.at(dying.url).watch(signIn)),
    )
    if (round % 3 === 1) dying.freeze()
    const answers = approvals.map(({ phone, signIn, account }, n) =>
      phone.signIn(signIn.id, account, password).then(
        ({ status }) => ({ n, status }),
        () => ({ n, status: 0 }),
      ),
    )
    const claimed = claims.map(({ signIn }) =>
      kiosk
        .at(dying.url)
        .claimed(signIn)
        .catch(() => undefined),
    )
    // As soon as a first phone is told, before anything is looked at, or in the middle of something.
    await [() => Promise.race(answers), () => {}, () => pause(Math.random() * 50)][round % 3]?.()
    await dying.kill('SIGKILL')
    for (const socket of sockets) await socket.closed

    for (const { n, status } of await Promise.all(answers)) {
      const { signIn, phone, account } = approvals[n] as Stage
      const socket = await kiosk.watch(signIn)
      if (status === 200) {
        await socket.state(signIn.id, 'approved')
        seen.acknowledged += 1
      } else {
        assert.equal(status, 0, 'an answer is an answer')
        seen.cut += 1
      }
      // The browser keeps its cookies; its next request goes through the proxy to the other node.
      const elsewhere = phone.at(url)
      const again = await unlessBusy(() => elsewhere.signIn(signIn.id, account, password))
      assert.equal(again.status, 200, await again.clone().text())
      await socket.state(signIn.id, 'approved')
      assert.equal((await kiosk.claimed(signIn)).account.name, '홍*동')
      assert.deepEqual(await production.eventsOf(signIn.id), story)
      socket.cut()
    }
    for (const [n, answer] of (await Promise.all(claimed)).entries()) {
      const { signIn } = claims[n] as Stage
      const again = await kiosk.claimed(signIn)
      if (answer) assert.deepEqual(again, answer)
      else seen.claimsCut += 1
      assert.deepEqual(await production.eventsOf(signIn.id), story)
    }
    await dying.boot()
  }
  await t.test('F01 some phones were told, and their kiosks learned of it', () => {
    assert.ok(seen.acknowledged > 0, 'nobody was told in time')
  })
  await t.test('F02 F03 F04 some were cut off, and all were found done once', () => {
    assert.ok(seen.cut > 0, 'everybody was told in time')
    assert.equal(seen.acknowledged + seen.cut, rounds * 3)
    t.diagnostic(JSON.stringify(seen))
  })
})
