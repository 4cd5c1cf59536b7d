import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { settle } from '../test-support/fake-clock.ts'
import { FakeWebSocket } from '../test-support/fake-web-socket.ts'
import { pending, setUp, watching } from '../test-support/watched-socket.ts'
import type { Transport } from './connection.ts'
import { GateError } from './gate-error.ts'
import { closeCodes } from './protocol.ts'

describe('the kiosk socket', () => {
  it('proves the sign-in with its first message', () => {
    watching()
    assert.equal(FakeWebSocket.last.url, 'ws://gate.test:8080/api/v1/kiosk')
    assert.deepEqual(FakeWebSocket.last.sent, [
      { type: 'watch', id: 'a', kiosk_secret: 'secret of a' },
    ])
  })

  it('carries every sign-in of a page', () => {
    const { socket, watcher, received } = watching()
    socket.watch(watcher('b'))
    FakeWebSocket.last.sends(pending('b', 3))
    assert.equal(FakeWebSocket.made.length, 1)
    assert.deepEqual(received, ['a pending 0', 'b pending 3'])
  })

  it('I3: comes back with jitter and watches everything anew', async () => {
    const { socket, watcher, received, clock } = watching()
    socket.watch(watcher('b'))
    FakeWebSocket.last.drops()
    await clock.pass(249)
    assert.equal(FakeWebSocket.made.length, 1)
    await clock.pass(1)
    FakeWebSocket.last.opens()
    assert.deepEqual(
      FakeWebSocket.last.sent.map(message => 'id' in message && message.id),
      ['a', 'b'],
    )
    FakeWebSocket.last.sends(pending('a'))
    assert.deepEqual(received.slice(1), [
      'a reconnecting',
      'b reconnecting',
      'a online',
      'b online',
      'a pending 0',
    ])
  })

  it('waits longer after each failed try', async () => {
    const { clock } = watching()
    for (const wait of [250, 500, 1_000]) {
      FakeWebSocket.last.drops()
      const before = FakeWebSocket.made.length
      await clock.pass(wait - 1)
      assert.equal(FakeWebSocket.made.length, before)
      await clock.pass(1)
      assert.equal(FakeWebSocket.made.length, before + 1)
    }
  })

  it('N43: fails what the gate cannot read, and keeps what it has answered', async () => {
    const { socket, watcher, received, clock } = watching()
    socket.watch(watcher('b'))
    FakeWebSocket.last.drops(closeCodes.badMessage)
    assert.ok(received.includes('b failed malformed'), received.join())
    await clock.pass(250)
    FakeWebSocket.last.opens()
    assert.deepEqual(
      FakeWebSocket.last.sent.map(message => 'id' in message && message.id),
      ['a'],
    )
  })

  it('comes back no earlier than a restarting gate asked for', async () => {
    const { clock } = watching()
    FakeWebSocket.last.drops(closeCodes.restarting, '{"retry_after_ms":1500}')
    await clock.pass(1_749)
    assert.equal(FakeWebSocket.made.length, 1)
    await clock.pass(1)
    assert.equal(FakeWebSocket.made.length, 2)
  })

  it('F29: takes a socket that owes frames for five seconds for dead', async () => {
    const { clock, socket, received } = watching()
    assert.equal(socket.askFrames('a'), 1)
    await clock.pass(4_999)
    assert.equal(received.at(-1), 'a pending 0')
    await clock.pass(1)
    assert.equal(received.at(-1), 'a reconnecting')
  })

  it('N83: a socket that died while somebody waits at the screen is found within eight seconds', async () => {
    const { clock } = watching()
    FakeWebSocket.last.sends({ type: 'state', id: 'a', seq: 1, state: 'scanned' })
    await clock.pass(3_000)
    assert.deepEqual(FakeWebSocket.last.sent.at(-1), { type: 'ping' })
    FakeWebSocket.last.sends({ type: 'pong' })
    await clock.pass(8_249)
    assert.equal(FakeWebSocket.made.length, 1)
    await clock.pass(1)
    assert.equal(FakeWebSocket.made.length, 2)
    FakeWebSocket.last.opens()
    FakeWebSocket.last.sends({ type: 'state', id: 'a', seq: 2, state: 'approved' })
    await clock.pass(14_999)
    assert.equal(FakeWebSocket.last.sent.length, 1)
  })

  it('pings when nothing else was asked for fifteen seconds', async () => {
    const { clock, received } = watching()
    await clock.pass(15_000)
    assert.deepEqual(FakeWebSocket.last.sent.at(-1), { type: 'ping' })
    FakeWebSocket.last.sends({ type: 'pong' })
    await clock.pass(14_000)
    assert.equal(received.at(-1), 'a pending 0')
    await clock.pass(6_000)
    assert.equal(received.at(-1), 'a reconnecting')
  })

  it('does not ask for frames before the gate knows whose they are', () => {
    const { socket, watcher } = setUp()
    socket.watch(watcher('a'))
    assert.equal(socket.askFrames('a'), undefined)
    FakeWebSocket.last.opens()
    assert.equal(socket.askFrames('a'), undefined)
    FakeWebSocket.last.sends(pending('a'))
    assert.equal(socket.askFrames('a'), 1)
  })

  it('passes frames and successors on to whom they belong', () => {
    const { socket, received } = watching()
    socket.askFrames('a')
    const frame = { url: 'F', starts_in_ms: 0, lasts_ms: 3_000 }
    FakeWebSocket.last.sends({ type: 'frames', id: 'a', ask: 1, frames: [frame] })
    const successor = { id: 'b', kiosk_secret: 's', expires_in: 300, frame }
    FakeWebSocket.last.sends({ type: 'next', after: 'a', ...successor })
    assert.deepEqual(received.slice(1), ['a frames 1 1', 'a next b'])
  })

  it('gives a sign-in up whose watch is refused, and no other', () => {
    const { socket, watcher, received } = watching()
    socket.watch(watcher('b'))
    const refused = { code: 'kiosk_secret_wrong', message: 'No.' }
    FakeWebSocket.last.sends({ type: 'refused', id: 'b', ...refused })
    assert.deepEqual(received.slice(1), ['b failed kiosk_secret_wrong'])
  })

  it('makes nothing of frames refused because the sign-in is over', async () => {
    const { socket, received, clock } = watching()
    socket.askFrames('a')
    FakeWebSocket.last.sends({ type: 'refused', id: 'a', code: 'already_ended', message: 'Over.' })
    await clock.pass(6_000)
    assert.deepEqual(received, ['a pending 0'])
  })

  it('comes back when the gate is only busy', () => {
    const { received } = watching()
    FakeWebSocket.last.sends({ type: 'refused', code: 'storage_busy', message: 'Later.' })
    assert.equal(received.at(-1), 'a reconnecting')
  })

  it('gives up when the kiosk was revoked', () => {
    const { received } = watching()
    FakeWebSocket.last.drops(closeCodes.forbidden)
    assert.equal(received.at(-1), 'a failed kiosk_revoked')
  })

  it('N75: gives a secret up that the gate calls wrong, and none because it was slow', async () => {
    const { received, clock, polls } = watching()
    for (let n = 0; n < 5; n += 1) {
      FakeWebSocket.last.drops(closeCodes.unproven)
      polls.fails('at once', new GateError('unreachable'))
      await clock.pass(10_000)
      FakeWebSocket.last.opens()
    }
    assert.deepEqual(received, ['a pending 0', 'a reconnecting'])
    // The first of them was not asked about yet.
    assert.deepEqual(polls.asked, Array(4).fill('a secret of a - - -'))

    FakeWebSocket.last.drops(closeCodes.unproven)
    polls.fails('at once', new GateError('refused', { status: 403 }))
    await clock.pass(10_000)
    FakeWebSocket.last.opens()
    assert.equal(received.at(-1), 'a reconnecting')

    FakeWebSocket.last.drops(closeCodes.unproven)
    polls.fails('at once', new GateError('kiosk_secret_wrong', { status: 401 }))
    await clock.pass(0)
    assert.equal(received.at(-1), 'a failed kiosk_secret_wrong')
  })

  it('leaves neither socket nor timer behind when nobody watches any more', async () => {
    const { socket, clock } = watching()
    socket.unwatch('a')
    await clock.pass(2_000)
    assert.equal(FakeWebSocket.last.readyState, 3)
    assert.equal(clock.timers, 0)
  })

  it('keeps its socket for a sign-in that follows at once', async () => {
    const { socket, watcher, clock } = watching()
    socket.unwatch('a')
    socket.watch(watcher('b'))
    FakeWebSocket.last.sends(pending('b'))
    await clock.pass(3_000)
    assert.equal(FakeWebSocket.made.length, 1)
    assert.equal(FakeWebSocket.last.readyState, 1)
  })
})

it('N07: a socket that the gate closes as idle is no trouble, and opens anew for the next watch', async () => {
  const { socket, watcher, received, clock } = watching()
  socket.unwatch('a')
  FakeWebSocket.last.drops(closeCodes.idle)
  await clock.pass(60_000)
  assert.deepEqual([FakeWebSocket.made.length, clock.timers], [1, 0])
  socket.watch(watcher('b'))
  FakeWebSocket.last.opens()
  FakeWebSocket.last.sends(pending('b'))
  assert.deepEqual(received, ['a pending 0', 'b pending 0'])
})

it('N12: a page that is not the gate’s own asks the gate for no successors', () => {
  const { socket, watcher } = watching()
  socket.watch({ ...watcher('b'), renews: () => true })
  const watch = { type: 'watch', id: 'b', kiosk_secret: 'secret of b' }
  assert.deepEqual(FakeWebSocket.last.sent.at(-1), watch)
  assert.equal(socket.renews, false)
})

/** A gate whose WebSockets a proxy drops, up to the first poll. */
async function behindProxy(transport?: Transport) {
  const all = setUp(transport)
  all.socket.watch(all.watcher('a'))
  for (const wait of [250, 500, 1_000]) {
    FakeWebSocket.last.drops()
    await all.clock.pass(wait)
  }
  return all
}

describe('behind a proxy that refuses upgrades', () => {
  const view = { id: 'a', seq: 0, state: 'pending' } as const

  it('the socket goes on by polls after three deaf tries', async () => {
    const { polls, received } = await behindProxy()
    assert.equal(FakeWebSocket.made.length, 3)
    polls.answers('waiting', view)
    await settle()
    assert.deepEqual(received, ['a reconnecting', 'a online', 'a pending 0'])
  })

  it('it asks at once and then every minute whether an upgrade gets through', async () => {
    const { polls, clock, received } = await behindProxy()
    polls.answers('waiting', view)
    await settle()
    assert.equal(FakeWebSocket.made.length, 4)
    FakeWebSocket.last.drops()
    await clock.pass(10_000)
    assert.equal(FakeWebSocket.made.length, 4)
    // The pings of this minute are answered.
    for (let second = 0; second < 50; second += 1) {
      polls.answers('at once', view)
      await clock.pass(1_000)
    }
    assert.equal(FakeWebSocket.made.length, 5)
    assert.equal(received.at(-1), 'a pending 0')
  })

  it('it goes back to the WebSocket without a word once the gate answers on one', async () => {
    const { polls, received } = await behindProxy()
    polls.answers('waiting', view)
    await settle()
    FakeWebSocket.last.opens()
    assert.deepEqual(FakeWebSocket.last.sent, [{ type: 'ping' }])
    FakeWebSocket.last.sends({ type: 'pong' })
    await settle()
    assert.equal(FakeWebSocket.made.length, 5)
    assert.deepEqual(polls.open, [])
    FakeWebSocket.last.opens()
    FakeWebSocket.last.sends(pending('a', 3))
    assert.deepEqual(received, ['a reconnecting', 'a online', 'a pending 0', 'a pending 3'])
  })

  it('it tries both ways in turn while the gate is away', async () => {
    const { polls, clock } = await behindProxy()
    polls.fails('waiting', new GateError('unreachable'))
    await clock.pass(2_000)
    assert.equal(FakeWebSocket.made.length, 4)
    FakeWebSocket.last.drops()
    await clock.pass(4_000)
    assert.equal(FakeWebSocket.made.length, 4)
    assert.deepEqual(polls.open, ['a'])
  })

  it('a page that insists on the socket is given nothing else', async () => {
    const { polls } = await behindProxy('socket')
    assert.equal(FakeWebSocket.made.length, 4)
    assert.deepEqual(polls.asked, [])
  })

  it('a socket that a restarting gate closes is not a deaf one', async () => {
    const { socket, watcher, clock, polls } = setUp()
    socket.watch(watcher('a'))
    for (let tries = 0; tries < 5; tries += 1) {
      FakeWebSocket.last.drops(closeCodes.restarting, '{"retry_after_ms":0}')
      await clock.pass(10_000)
    }
    assert.deepEqual(polls.asked, [])
  })
})

it('a page that asks for polls opens no WebSocket at all', async () => {
  const { socket, watcher, polls, received, clock } = setUp('poll')
  socket.watch(watcher('a'))
  await settle()
  polls.answers('waiting', { id: 'a', seq: 0, state: 'pending' })
  await settle()
  assert.deepEqual(received, ['a pending 0'])
  assert.equal(FakeWebSocket.made.length, 0)
  socket.unwatch('a')
  await clock.pass(2_000)
  assert.deepEqual(polls.open, [])
  assert.equal(clock.timers, 0)
})
