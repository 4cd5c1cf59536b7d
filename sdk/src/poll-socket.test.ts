import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock, settle } from '../test-support/fake-clock.ts'
import { FakePolls } from '../test-support/fake-polls.ts'
import { handOff } from '../test-support/served.ts'
import { GateError } from './gate-error.ts'
import { PollSocket } from './poll-socket.ts'
import { type KioskMessage, type PollAnswer, usualPolicy } from './protocol.ts'

const pending = (seq = 0): PollAnswer => ({
  id: 'a',
  seq,
  state: 'pending',
  expires_in_ms: 300_000,
})
const scanned: PollAnswer = { id: 'a', seq: 1, state: 'scanned' }

/** A socket of polls that watches one sign-in, and what it received. */
async function watching() {
  const clock = new FakeClock()
  const polls = new FakePolls()
  const received: string[] = []
  const socket = new PollSocket(polls, clock)
  const sends = async (message: KioskMessage) => {
    socket.send(JSON.stringify(message))
    await settle()
  }
  socket.onmessage = ({ data }) => {
    const { type, state, seq, ask, code, after } = JSON.parse(data)
    received.push([type, state, seq, ask, code, after].filter(part => part !== undefined).join(' '))
  }
  socket.onclose = ({ code, reason }) => received.push(`closed ${code} ${reason}`.trim())
  const answers = async (...args: Parameters<FakePolls['answers']>) => {
    polls.answers(...args)
    await settle()
  }
  const fails = async (...args: Parameters<FakePolls['fails']>) => {
    polls.fails(...args)
    await settle()
  }
  await settle()
  await sends({ type: 'watch', id: 'a', kiosk_secret: 's' })
  return { clock, polls, received, socket, sends, answers, fails }
}

describe('a socket of polls', () => {
  it('waits for news of a hand-off as well, and is not hurried by it', async () => {
    const { polls, answers } = await watching()
    const claimed = { id: 'a', seq: 3, state: 'claimed' } as const
    await answers('waiting', { ...claimed, hand_off: handOff('pay', 'requested') })
    await answers('waiting', { ...claimed, hand_off: handOff('pay', 'accepted', 2) })
    assert.deepEqual(polls.handOffSince, [0, 1, 2])
    assert.equal(polls.asked.length, 3)
  })

  it('asks at once, then waits for news of what it has seen', async () => {
    const { polls, received, answers } = await watching()
    await answers('waiting', pending())
    await answers('waiting', scanned)
    assert.deepEqual(polls.asked, ['a s -1 0 -', 'a s 0 25 -', 'a s 1 25 -'])
    assert.deepEqual(received, ['state pending 0', 'state scanned 1'])
  })

  it('waits on when nothing has happened', async () => {
    const { clock, polls, answers } = await watching()
    await answers('waiting', pending())
    await clock.pass(25_000)
    await answers('waiting', pending())
    assert.equal(polls.asked.length, 3)
  })

  it('keeps its pace before a gate that does not wait', async () => {
    const { clock, polls, answers } = await watching()
    await answers('waiting', pending())
    await answers('waiting', pending())
    assert.equal(polls.asked.length, 2)
    await clock.pass(1_000)
    assert.equal(polls.asked.length, 3)
  })

  it('asks for frames beside the poll that waits, so that their round trip is known', async () => {
    const { polls, received, answers, sends } = await watching()
    await answers('waiting', pending())
    await sends({ type: 'frames', id: 'a', ask: 7 })
    assert.equal(polls.asked.at(-1), 'a s - - frames')
    await answers('at once', pending())
    assert.equal(received.at(-1), 'frames 7')
    assert.deepEqual(polls.open, ['a'])
  })

  it('answers a ping only when the gate answers', async () => {
    const { received, answers, sends } = await watching()
    await answers('waiting', pending())
    await sends({ type: 'ping' })
    assert.equal(received.at(-1), 'state pending 0')
    await answers('at once', pending())
    assert.equal(received.at(-1), 'pong')
  })

  it('N83: news comes by a ping where the poll that waits is on a dead connection', async () => {
    const { received, answers, sends, polls } = await watching()
    await answers('waiting', pending())
    await sends({ type: 'ping' })
    await answers('at once', scanned)
    assert.deepEqual(received, ['state pending 0', 'state scanned 1', 'pong'])
    assert.deepEqual(polls.open, ['a'])
  })

  it('closes when a poll stays unanswered, with the wait that the gate asked for', async () => {
    const { received, fails, polls, socket } = await watching()
    await fails('waiting', new GateError('busy', { status: 503, retryAfterMs: 2_000 }))
    assert.deepEqual(received, ['closed 1006 {"retry_after_ms":2000}'])
    assert.equal(socket.readyState, 3)
    assert.deepEqual(polls.open, [])
  })

  it('passes a refusal on before it closes', async () => {
    const { received, fails } = await watching()
    await fails('waiting', new GateError('kiosk_secret_wrong', { status: 401 }))
    assert.deepEqual(received, ['refused kiosk_secret_wrong', 'closed 1006'])
  })

  it('asks for nothing after a final state', async () => {
    const { polls, answers } = await watching()
    await answers('waiting', { id: 'a', seq: 2, state: 'denied' })
    assert.deepEqual(polls.open, [])
  })

  it('calls its polls off when nobody watches, and when it is closed', async () => {
    const { polls, socket, received } = await watching()
    socket.forget('a')
    await settle()
    assert.deepEqual(polls.open, [])
    assert.deepEqual(received, [])

    const other = await watching()
    other.socket.close()
    await settle()
    assert.deepEqual(other.polls.open, [])
    assert.deepEqual(other.received, [])
  })

  it('is the own page of a kiosk when the gate says so, and asks for that while nothing is watched', async () => {
    const { polls, socket, received, sends } = await watching()
    socket.forget('a')
    await settle()
    await sends({ type: 'hello' })
    await sends({ type: 'ping' })
    assert.deepEqual(received, ['hello', 'pong'])
    assert.deepEqual(polls.asked.slice(1), ['kiosk', 'kiosk'])
  })

  it('tells an own page the policy whenever the gate says who it is', async () => {
    const { polls, socket, received, sends } = await watching()
    socket.forget('a')
    polls.policy = usualPolicy
    await sends({ type: 'hello' })
    await sends({ type: 'ping' })
    assert.deepEqual(received, ['hello', 'policy', 'pong', 'policy'])
  })

  it('tells a page that is no kiosk so and goes on, and closes when the gate is away', async () => {
    const { polls, received, sends, answers } = await watching()
    polls.refusal = new GateError('kiosk_not_enrolled', { status: 401 })
    await sends({ type: 'hello' })
    await answers('waiting', pending())
    polls.refusal = new GateError('unreachable')
    await sends({ type: 'hello' })
    assert.deepEqual(received, ['refused kiosk_not_enrolled', 'state pending 0', 'closed 1006'])
  })
})
