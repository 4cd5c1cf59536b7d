import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeWebSocket } from '../test-support/fake-web-socket.ts'
import { pending, setUp } from '../test-support/watched-socket.ts'
import { closeCodes, usualPolicy } from './protocol.ts'

/** A page that attends and watches nothing. */
function attending() {
  const all = setUp()
  const leave = all.socket.attend({
    greeted: () => all.received.push('greeted'),
    policy: ({ version }) => all.received.push(`policy ${version}`),
    lost: () => all.received.push('lost'),
    refused: ({ code }) => all.received.push(`refused ${code}`),
  })
  FakeWebSocket.last.opens()
  return { ...all, leave }
}

const hello = { type: 'hello' } as const

describe("N38: the socket of the gate's own page", () => {
  it('says hello first, stays open while nothing is watched, and is pinged', async () => {
    const { clock, received } = attending()
    assert.deepEqual(FakeWebSocket.last.sent, [hello])
    FakeWebSocket.last.sends(hello)
    for (let n = 0; n < 10; n += 1) {
      await clock.pass(15_000)
      assert.deepEqual(FakeWebSocket.last.sent.at(-1), { type: 'ping' })
      FakeWebSocket.last.sends({ type: 'pong' })
    }
    assert.deepEqual([FakeWebSocket.made.length, received], [1, ['greeted']])
  })

  it('is told the policy of its kiosk: with the greeting, and when it has changed', () => {
    const { received } = attending()
    FakeWebSocket.last.sends({ ...hello, policy: usualPolicy })
    FakeWebSocket.last.sends({ type: 'policy', policy: { ...usualPolicy, version: 1 } })
    assert.deepEqual(received, ['greeted', 'policy 0', 'policy 1'])
  })

  it('carries its sign-ins, and is asked for their successors', async () => {
    const { socket, watcher, clock } = attending()
    FakeWebSocket.last.sends(hello)
    assert.equal(socket.renews, true)
    socket.watch({ ...watcher('a'), renews: () => true })
    const watch = { type: 'watch', id: 'a', kiosk_secret: 'secret of a', renew: true }
    assert.deepEqual(FakeWebSocket.last.sent.at(-1), watch)
    FakeWebSocket.last.sends(pending('a'))
    socket.unwatch('a')
    await clock.pass(10_000)
    assert.equal(FakeWebSocket.made.length, 1)
  })

  it('is lost and comes back, whether or not something is watched', async () => {
    const { clock, received } = attending()
    FakeWebSocket.last.sends(hello)
    FakeWebSocket.last.drops()
    await clock.pass(250)
    FakeWebSocket.last.opens()
    assert.deepEqual(FakeWebSocket.last.sent, [hello])
    FakeWebSocket.last.sends(hello)
    assert.deepEqual(received, ['greeted', 'lost', 'greeted'])
  })

  it('opens at once for a visitor who taps while it waits to come back', async () => {
    const { socket, watcher, clock } = attending()
    FakeWebSocket.last.drops()
    socket.watch(watcher('a'))
    assert.equal(FakeWebSocket.made.length, 2)
    socket.unwatch('a')
    FakeWebSocket.last.drops()
    await clock.pass(20_000)
    assert.ok(FakeWebSocket.made.length > 2, 'nobody watches, and still it comes back')
  })

  it('is no own page where the gate says so; what it watches goes on', async () => {
    const { socket, watcher, received, clock } = attending()
    socket.watch(watcher('a'))
    FakeWebSocket.last.sends({ type: 'refused', code: 'kiosk_not_enrolled', message: 'No.' })
    FakeWebSocket.last.sends(pending('a'))
    assert.deepEqual(received, ['refused kiosk_not_enrolled', 'a pending 0'])
    assert.equal(socket.renews, false)
    socket.unwatch('a')
    await clock.pass(2_000)
    assert.equal(FakeWebSocket.last.readyState, 3)
    assert.equal(clock.timers, 0)
  })

  it('is told when its kiosk was revoked', async () => {
    const { received, clock } = attending()
    FakeWebSocket.last.sends(hello)
    FakeWebSocket.last.drops(closeCodes.forbidden)
    assert.deepEqual(received, ['greeted', 'refused kiosk_revoked'])
    assert.equal(clock.timers, 0)
  })

  it('replaced by newer pages, it leaves them alone for a minute', async () => {
    const { received, clock } = attending()
    FakeWebSocket.last.sends(hello)
    FakeWebSocket.last.drops(closeCodes.replaced)
    await clock.pass(59_999)
    assert.equal(FakeWebSocket.made.length, 1)
    await clock.pass(1)
    assert.equal(FakeWebSocket.made.length, 2)
    assert.deepEqual(received, ['greeted'])
  })

  it('before a gate that is older than its page it goes without', async () => {
    const { socket, watcher, received, clock } = attending()
    socket.watch(watcher('a'))
    FakeWebSocket.last.drops(closeCodes.badMessage)
    await clock.pass(250)
    FakeWebSocket.last.opens()
    assert.deepEqual(
      FakeWebSocket.last.sent.map(({ type }) => type),
      ['watch'],
    )
    assert.deepEqual(received.slice(0, 1), ['refused malformed'])
  })

  it('closes when the page goes', async () => {
    const { leave, clock } = attending()
    FakeWebSocket.last.sends(hello)
    leave()
    assert.equal(FakeWebSocket.last.readyState, 3)
    assert.equal(clock.timers, 0)
  })
})
