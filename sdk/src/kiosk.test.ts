import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock, settle } from '../test-support/fake-clock.ts'
import { FakeSignIn, someClaim } from '../test-support/fake-sign-in.ts'
import { GateError } from './gate-error.ts'
import { Kiosk, type KioskOptions } from './kiosk.ts'
import type { SignInUpdate } from './sign-in.ts'
import type { StartOptions } from './start-sign-in.ts'

/** A kiosk without a page, whose gate is the test; it refuses the given number of starts first. */
function setUp(options: Partial<KioskOptions> = {}, refusals = 0) {
  const clock = new FakeClock()
  const states: string[] = []
  const starts: StartOptions[] = []
  const cancelled: string[] = []
  let signIn: FakeSignIn | undefined
  const kiosk = new Kiosk({
    clock,
    show: ({ state }) => states.push(state),
    begin: async given => {
      starts.push(given)
      if (starts.length <= refusals) throw new GateError('busy', { status: 503 })
      signIn = new FakeSignIn(cancelled, async () => someClaim)
      return signIn
    },
    ...options,
  })
  const sends = async (state: SignInUpdate['state']) => {
    signIn?.queue.push({ id: 'a', seq: 0, state, connection: 'online', qr: 'F0' }, () => false)
    if (state === 'denied' || state === 'expired') signIn?.close()
    await settle()
  }
  const start = async (resume?: StartOptions['resume']) => {
    kiosk.start(resume)
    await settle()
  }
  return { kiosk, clock, states, starts, cancelled, sends, start }
}

describe('a kiosk without a screen of its own', () => {
  it('does nothing before it is told to, and one thing for two taps', async () => {
    const { kiosk, states, starts, start } = setUp()
    assert.deepEqual([kiosk.state, states, starts.length], ['idle', [], 0])
    kiosk.start()
    await start()
    assert.deepEqual([states, starts.length], [['starting'], 1])
  })

  it('shows who came for twelve seconds, and is then free for the next', async () => {
    const claimed: string[] = []
    const { clock, states, start, sends } = setUp({
      claimed: ({ account }) => claimed.push(account.name),
    })
    await start()
    await sends('approved')
    assert.deepEqual([states.at(-1), claimed], ['claimed', ['홍*동']])
    await clock.pass(11_999)
    assert.equal(states.at(-1), 'claimed')
    await clock.pass(1)
    assert.equal(states.at(-1), 'idle')
  })

  it('with a linger of 0 it keeps who came until it is reset', async () => {
    const { kiosk, clock, states, start, sends } = setUp({ lingerSeconds: 0 })
    await start()
    await sends('approved')
    await clock.pass(3_600_000)
    assert.equal(states.at(-1), 'claimed')
    kiosk.reset()
    assert.equal(states.at(-1), 'idle')
  })

  it('an end stays for eight seconds, unless somebody starts again', async () => {
    const { clock, states, starts, start, sends } = setUp()
    await start()
    await sends('denied')
    await clock.pass(7_999)
    assert.equal(states.at(-1), 'denied')
    await start()
    await clock.pass(60_000)
    assert.equal(states.at(-1), 'starting')
    assert.equal(starts.length, 2)
  })

  it('always on, it starts by itself, renews, and goes on after every end', async () => {
    const { kiosk, clock, starts, sends } = setUp({ always: true })
    kiosk.reset()
    await settle()
    assert.equal(starts[0]?.renew, true)
    await sends('denied')
    await clock.pass(1_000)
    assert.equal(starts.length, 2)
  })

  it('"not my phone" brings a new code by itself', async () => {
    const { kiosk, starts, cancelled, start, sends } = setUp()
    await start()
    await sends('scanned')
    await kiosk.cancel('not_my_phone')
    assert.deepEqual([starts.length, cancelled], [2, ['not_my_phone']])
  })

  it('resumes what a backend has started once, and after a failure starts one of its own', async () => {
    const { clock, starts, start } = setUp({}, 1)
    const resume = { id: 'a', kiosk_secret: 's' }
    await start(resume)
    await clock.pass(20_000)
    assert.deepEqual(
      starts.map(({ resume: given }) => given),
      [resume, undefined],
    )
  })

  it('stopped, it says nothing more and tells the gate nothing', async () => {
    const { kiosk, states, cancelled, start, sends } = setUp()
    await start()
    kiosk.stop()
    await sends('approved')
    assert.deepEqual([states, cancelled], [['starting'], []])
  })

  it('has no code to type while nobody signs in', async () => {
    const { kiosk, start } = setUp()
    await assert.rejects(kiosk.userCode(), { code: 'already_ended' })
    await start()
    assert.equal((await kiosk.userCode()).user_code, 'WDJB-MJHT')
  })
})
