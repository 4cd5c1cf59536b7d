import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock, settle } from '../test-support/fake-clock.ts'
import { FakeSignIn, someClaim } from '../test-support/fake-sign-in.ts'
import { GateError } from './gate-error.ts'
import type { KioskStorage } from './kept-sign-in.ts'
import { Kiosk, type KioskOptions } from './kiosk.ts'
import { finalStates } from './protocol.ts'
import type { ScreenUpdate } from './screen-update.ts'
import type { SignInUpdate } from './sign-in.ts'
import type { StartOptions } from './start-sign-in.ts'

/** A kiosk without a page, whose gate is the test; it refuses the given number of starts first. */
function setUp(options: Partial<KioskOptions> = {}, refusals = 0) {
  const clock = new FakeClock()
  const states: string[] = []
  const starts: StartOptions[] = []
  const told: string[] = []
  let shown: ScreenUpdate = { state: 'idle' }
  let signIn: FakeSignIn | undefined
  const kiosk = new Kiosk({
    clock,
    show: update => {
      shown = update
      states.push(update.state)
    },
    begin: async given => {
      starts.push(given)
      if (starts.length <= refusals) throw new GateError('busy', { status: 503 })
      signIn = new FakeSignIn(told, async () => someClaim)
      return signIn
    },
    ...options,
  })
  const sends = async (
    state: SignInUpdate['state'],
    more: Pick<SignInUpdate, 'reason' | 'left'> = {},
  ) => {
    const update = { id: 'a', seq: 0, state, connection: 'online', qr: 'F0', ...more } as const
    signIn?.queue.push(update, () => false)
    if (finalStates.has(state)) signIn?.close()
    await settle()
  }
  const start = async (resume?: StartOptions['resume']) => {
    kiosk.start(resume)
    await settle()
  }
  /** The seconds of the countdown on the screen. */
  const seconds = () => shown.countdown?.seconds
  return { kiosk, clock, states, starts, told, sends, start, seconds, shown: () => shown }
}

describe('a kiosk without a screen of its own', () => {
  it('does nothing before it is told to, and one thing for two taps', async () => {
    const { kiosk, states, starts, start } = setUp()
    assert.deepEqual([kiosk.state, states, starts.length], ['idle', [], 0])
    kiosk.start()
    await start()
    assert.deepEqual([states, starts.length], [['starting'], 1])
  })

  it('an end stays for eight seconds, unless somebody starts again', async () => {
    const { clock, states, starts, start, sends } = setUp()
    await start()
    await sends('denied')
    await clock.pass(7_999)
    assert.equal(states.at(-1), 'denied')
    await start()
    await clock.pass(4_000)
    assert.equal(states.at(-1), 'starting')
    assert.equal(starts.length, 2)
  })

  it('always on, it starts by itself, renews, and goes on after every end', async () => {
    const { kiosk, clock, starts, sends } = setUp({ always: true })
    kiosk.reset()
    await settle()
    assert.equal(starts[0]?.renew, true)
    await sends('expired')
    await clock.pass(1_000)
    assert.equal(starts.length, 2)
  })

  it('N39: always on, whoever has scanned reads how it ended before the next code comes', async () => {
    const { kiosk, clock, starts, states, sends } = setUp({ always: true })
    kiosk.reset()
    await settle()
    await sends('scanned')
    await sends('expired')
    await clock.pass(7_999)
    assert.deepEqual([starts.length, states.at(-1)], [1, 'expired'])
    await clock.pass(1)
    assert.equal(starts.length, 2)
  })

  it('N39: always on, who gives it up at the kiosk has the next code at once', async () => {
    const { kiosk, clock, starts, sends } = setUp({ always: true })
    kiosk.reset()
    await settle()
    await sends('scanned')
    await kiosk.cancel()
    await clock.pass(1_000)
    assert.equal(starts.length, 2)
  })

  it('N37: a touch keeps the end of a turn on the screen', async () => {
    const { kiosk, clock, states, start, sends } = setUp()
    await start()
    await sends('denied')
    await clock.pass(7_000)
    kiosk.touched()
    await clock.pass(7_999)
    assert.equal(states.at(-1), 'denied')
    await clock.pass(1)
    assert.equal(states.at(-1), 'idle')
  })

  it('N37: the visitor gets more time to sign in', async () => {
    const { kiosk, told, start, sends } = setUp()
    await start()
    await sends('scanned')
    await kiosk.extend()
    assert.deepEqual(told, ['extend'])
  })

  it('"not my phone" brings a new code by itself', async () => {
    const { kiosk, starts, told, start, sends } = setUp()
    await start()
    await sends('scanned')
    await kiosk.cancel('not_my_phone')
    assert.deepEqual([starts.length, told], [2, ['cancel not_my_phone']])
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

  it('N43: in trouble it takes a sign-in that a backend has started, and no other start', async () => {
    const { starts, states, start } = setUp({}, 1)
    await start({ id: 'wrong', kiosk_secret: 's' })
    assert.equal(states.at(-1), 'trouble')
    await start()
    assert.equal(starts.length, 1)
    const resume = { id: 'a', kiosk_secret: 's' }
    await start(resume)
    assert.deepEqual(starts.at(-1)?.resume, resume)
  })

  it('stopped, it says nothing more and tells the gate nothing', async () => {
    const { kiosk, states, told, start, sends } = setUp()
    await start()
    kiosk.stop()
    await sends('approved')
    assert.deepEqual([states, told], [['starting'], []])
  })

  it('has no code to type while nobody signs in', async () => {
    const { kiosk, start } = setUp()
    await assert.rejects(kiosk.userCode(), { code: 'already_ended' })
    await start()
    assert.equal((await kiosk.userCode()).user_code, 'WDJB-MJHT')
  })
})
describe("a kiosk's visit", () => {
  const visited = async (options: Partial<KioskOptions> = {}) => {
    const all = setUp(options)
    await all.start()
    await all.sends('approved')
    return all
  }

  it('ends when nobody has touched the screen for twenty seconds, which it counts', async () => {
    const claimed: string[] = []
    const { clock, shown, told, seconds } = await visited({
      claimed: ({ account }) => claimed.push(account.name),
    })
    assert.deepEqual([shown().name, claimed], ['홍*동', ['홍*동']])
    assert.deepEqual(shown().countdown, { seconds: 20, of: 20 })
    await clock.pass(1_000)
    assert.equal(seconds(), 19)
    await clock.pass(18_999)
    assert.deepEqual([shown().state, seconds()], ['claimed', 1])
    await clock.pass(1)
    assert.deepEqual([shown(), told], [{ state: 'idle' }, ['end idle']])
    assert.equal(clock.timers, 0)
  })

  it('a touch begins the seconds anew', async () => {
    const { kiosk, clock, states, seconds } = await visited({ idleSeconds: 30 })
    await clock.pass(29_500)
    assert.equal(seconds(), 1)
    kiosk.touched()
    assert.equal(seconds(), 30)
    await clock.pass(29_999)
    assert.equal(states.at(-1), 'claimed')
    await clock.pass(1)
    assert.equal(states.at(-1), 'idle')
    kiosk.touched()
    assert.equal(seconds(), undefined)
  })

  it('without an idle time it lasts until it is ended', async () => {
    const { kiosk, clock, states, told, seconds } = await visited({ idleSeconds: 0 })
    await clock.pass(3_600_000)
    assert.deepEqual([states.at(-1), seconds()], ['claimed', undefined])
    const ending = kiosk.end()
    assert.deepEqual(states.slice(-2), ['ended', 'idle'])
    await ending
    assert.deepEqual(told, ['end kiosk'])
  })

  it('a reset, a cancel and the next start end it too, each once', async () => {
    for (const end of ['reset', 'cancel', 'start'] as const) {
      const { kiosk, states, told } = await visited()
      void kiosk[end]()
      assert.equal(states.at(-1), end === 'start' ? 'starting' : 'idle')
      await settle()
      assert.deepEqual(told, ['end kiosk'])
    }
  })

  it('says for eight seconds that the phone has ended it', async () => {
    const { clock, shown, sends } = await visited()
    await sends('claimed')
    await sends('ended', { reason: 'phone' })
    assert.deepEqual(shown(), { state: 'ended', reason: 'phone' })
    await clock.pass(7_999)
    assert.equal(shown().state, 'ended')
    await clock.pass(1)
    assert.equal(shown().state, 'idle')
  })
})

describe('N40: a kiosk on a page that is reloaded', () => {
  const started = { id: 'a', kiosk_secret: 'secret of a' }
  const storage = () => {
    const kept = new Map<string, string>()
    const keep: KioskStorage = {
      getItem: key => kept.get(key) ?? null,
      setItem: (key, text) => void kept.set(key, text),
      removeItem: key => void kept.delete(key),
    }
    return { kept, keep }
  }

  it('goes on with the sign-in that was under way', async () => {
    const { kept, keep } = storage()
    const before = setUp({ storage: keep })
    await before.start()
    await before.sends('scanned')
    assert.deepEqual(
      [...kept].map(([, text]) => JSON.parse(text)),
      [started],
    )
    before.kiosk.leave()
    assert.deepEqual([before.states.at(-1), before.told], ['starting', ['leave']])

    const after = setUp({ storage: keep })
    after.kiosk.reset()
    await settle()
    assert.deepEqual(after.starts[0]?.resume, started)
    await after.sends('claimed', { left: 'kiosk' })
    assert.deepEqual([after.shown().name, after.told], ['홍*동', ['come back']])
    await after.kiosk.end()
    assert.equal(kept.size, 0)
  })

  it('keeps nothing once it is over, whichever way', async () => {
    for (const state of ['denied', 'cancelled', 'expired', 'ended'] as const) {
      const { kept, keep } = storage()
      const { start, sends } = setUp({ storage: keep })
      await start()
      await sends('pending')
      assert.equal(kept.size, 1)
      await sends(state)
      assert.equal(kept.size, 0)
    }
    const { kept, keep } = storage()
    const { kiosk, start, sends } = setUp({ storage: keep })
    await start()
    await sends('scanned')
    kiosk.reset()
    assert.deepEqual([kiosk.state, kept.size], ['idle', 0])
  })

  it('is idle at once where the sign-in is over by now', async () => {
    const { kept, keep } = storage()
    kept.set('qrgate-sign-in', JSON.stringify(started))
    const { kiosk, states, sends } = setUp({ storage: keep })
    kiosk.reset()
    await settle()
    await sends('ended')
    assert.deepEqual(states, ['starting', 'idle'])
    assert.equal(kept.size, 0)
  })

  it('comes back from the back-forward cache as from a reload, even without a storage', async () => {
    const { kiosk, starts, states, start, sends } = setUp()
    await start()
    await sends('claimed')
    kiosk.leave()
    assert.equal(states.at(-1), 'starting')
    kiosk.reset()
    await settle()
    assert.deepEqual(starts.at(-1)?.resume, started)
  })

  it('works as ever where the storage is forbidden, broken, full, or holds nonsense', async () => {
    const broken = () => {
      throw new Error('QuotaExceededError')
    }
    const bad = [
      { getItem: broken, setItem: broken, removeItem: broken },
      ...['{', 'null', '{"id":1}', '[]'].map(text => ({ ...storage().keep, getItem: () => text })),
    ]
    for (const keep of bad) {
      const { kiosk, states, start, sends } = setUp({ storage: keep })
      kiosk.reset()
      assert.equal(states.at(-1), 'idle')
      await start()
      await sends('approved')
      assert.equal(states.at(-1), 'claimed')
      kiosk.stop()
    }
    const states: string[] = []
    const kiosk = new Kiosk({
      show: ({ state }) => states.push(state),
      get storage() {
        return broken()
      },
    })
    kiosk.reset()
    assert.deepEqual(states, ['idle'])
  })
})
