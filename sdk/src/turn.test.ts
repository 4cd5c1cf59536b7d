import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock, settle } from '../test-support/fake-clock.ts'
import { FakeSignIn, someClaim } from '../test-support/fake-sign-in.ts'
import { GateError } from './gate-error.ts'
import { finalStates } from './protocol.ts'
import type { ScreenUpdate } from './screen-update.ts'
import type { SignInUpdate } from './sign-in.ts'
import { toleratedMs } from './trouble.ts'
import { Turn, type TurnEnd } from './turn.ts'

/** A turn whose gate is the test: it refuses the given number of starts first. */
function setUp({
  refusals = 0,
  claim = () => Promise.resolve(someClaim),
  restores = false,
  cancelRefused = undefined as string | undefined,
} = {}) {
  const clock = new FakeClock()
  const shown: string[] = []
  const told: string[] = []
  const kept: string[] = []
  const claimed: string[] = []
  let signIn: FakeSignIn | undefined
  let starts = 0
  let end: TurnEnd | undefined
  const turn = new Turn({
    clock,
    random: () => 1,
    isOffline: () => false,
    show: update => shown.push(line(update)),
    claimed: ({ account }) => claimed.push(account.name),
    keep: ({ id }) => kept.push(id),
    restores,
    begin: async () => {
      starts += 1
      if (starts <= refusals) throw new GateError('busy', { status: 503 })
      signIn = new FakeSignIn(told, claim, cancelRefused)
      return signIn
    },
  })
  void turn.run().then(ended => {
    end = ended
  })
  const sends = async (update: Partial<SignInUpdate>) => {
    signIn?.queue.push(
      { id: 'a', seq: 0, state: 'pending', connection: 'online', ...update },
      () => false,
    )
    if (update.state && finalStates.has(update.state)) signIn?.close()
    await settle()
  }
  const fails = async (code: string) => {
    signIn?.queue.end(new GateError(code))
    await settle()
  }
  return {
    turn,
    clock,
    shown,
    told,
    kept,
    claimed,
    sends,
    fails,
    end: () => end,
    starts: () => starts,
  }
}

function line({ state, qr, code, name, reason }: ScreenUpdate): string {
  return [state, qr, code, name, reason].filter(Boolean).join(' ')
}

describe('a turn at the kiosk', () => {
  it('goes from start to claim, and with the visit to its end', async () => {
    const { sends, shown, claimed, end } = setUp()
    await settle()
    await sends({ qr: 'F0' })
    await sends({ state: 'scanned' })
    await sends({ state: 'approved' })
    assert.deepEqual(shown, ['starting', 'pending F0', 'scanned', 'approved', 'claimed 홍*동'])
    assert.deepEqual(claimed, ['홍*동'])
    await sends({ state: 'claimed', connection: 'reconnecting' })
    assert.equal(shown.at(-1), 'claimed 홍*동')
    assert.equal(end(), undefined)
    await sends({ state: 'ended', reason: 'phone' })
    assert.deepEqual([shown.at(-1), end()], ['ended phone', 'visited'])
  })

  it('a visit goes on while the gate is not heard', async () => {
    const { sends, shown, clock } = setUp()
    await settle()
    await sends({ state: 'approved', connection: 'reconnecting' })
    await sends({ state: 'claimed', connection: 'reconnecting' })
    await clock.pass(60_000)
    assert.equal(shown.at(-1), 'claimed 홍*동')
  })

  it('nobody stays on the screen for longer than the gate lets a visit last, heard or not', async () => {
    const { sends, shown, clock, end } = setUp()
    await settle()
    await sends({ state: 'approved', expires_in_ms: 1_000 })
    await sends({ state: 'claimed', expires_in_ms: 600_000, connection: 'reconnecting' })
    await clock.pass(599_000)
    assert.equal(shown.at(-1), 'claimed 홍*동')
    await clock.pass(1_000 + toleratedMs)
    assert.deepEqual([shown.at(-1), end()], ['ended absolute', 'visited'])
  })

  it('ends a visit at once, and tells the gate why', async () => {
    const { turn, sends, shown, told, end } = setUp()
    await settle()
    await sends({ state: 'approved' })
    void turn.end('idle')
    assert.equal(shown.at(-1), 'ended idle')
    await settle()
    assert.deepEqual([told, end()], [['end idle'], 'visited'])
  })

  it('nobody stays on the screen of a kiosk that is switched off, or has been replaced', async () => {
    for (const [code, line] of [
      ['kiosk_revoked', 'ended revoked'],
      ['replaced', 'ended'],
    ] as const) {
      const { sends, fails, shown, end } = setUp()
      await settle()
      await sends({ state: 'claimed' })
      assert.equal(shown.at(-1), 'claimed 홍*동')
      await fails(code)
      assert.deepEqual([shown.at(-1), end()], [line, 'visited'])
    }
  })

  it('N81: goes on with a visit by claiming again', async () => {
    const { sends, shown, claimed } = setUp({ restores: true })
    await settle()
    await sends({ state: 'claimed' })
    assert.deepEqual(shown, ['starting', 'approved', 'claimed 홍*동'])
    assert.deepEqual(claimed, ['홍*동'])
  })

  it('N81: a visit whose name can no longer be learnt is ended', async () => {
    const claim = () => Promise.reject(new GateError('already_ended', { status: 410 }))
    const { sends, shown, told, clock, end } = setUp({ restores: true, claim })
    await settle()
    await sends({ state: 'claimed' })
    await clock.pass(2_000)
    assert.deepEqual(shown, ['starting', 'approved', 'ended kiosk'])
    assert.deepEqual([told, end()], [['end kiosk'], 'visited'])
  })

  it('what is over when a page comes back to it is not spoken of', async () => {
    const over = setUp({ restores: true })
    await settle()
    await over.sends({ state: 'ended', reason: 'left' })
    assert.deepEqual([over.shown, over.end()], [['starting'], 'gone'])
    const unknown = setUp({ restores: true })
    await settle()
    await unknown.fails('kiosk_secret_wrong')
    assert.deepEqual([unknown.shown, unknown.end()], [['starting'], 'gone'])
  })

  it('a claim that loses against the phone lets the gate say how it ended', async () => {
    const claim = () => Promise.reject(new GateError('already_ended', { status: 410 }))
    const { sends, shown, clock } = setUp({ claim })
    await settle()
    await sends({ state: 'approved' })
    await clock.pass(1_000)
    await sends({ state: 'cancelled', reason: 'not_me' })
    assert.equal(shown.at(-1), 'cancelled not_me')
  })

  it('says which sign-in to keep for the page after this one, until it is over', async () => {
    const { sends, kept } = setUp()
    await settle()
    await sends({ qr: 'F0' })
    await sends({ state: 'scanned' })
    await sends({ state: 'denied' })
    assert.deepEqual(kept, ['a', 'a'])
  })

  it('leaves only what a phone has scanned, and comes back when it is taken for gone', async () => {
    const early = setUp()
    await settle()
    await early.sends({ qr: 'F0' })
    early.turn.leave()
    assert.deepEqual(early.told, [])
    const late = setUp()
    await settle()
    await late.sends({ state: 'scanned', left: 'kiosk' })
    late.turn.leave()
    await settle()
    assert.deepEqual([late.told, late.end()], [['come back', 'leave'], 'stopped'])
  })

  it('a phone that has signed in meanwhile is not left waiting by a cancel', async () => {
    const { turn, sends, told } = setUp({ cancelRefused: 'already_ended' })
    await settle()
    await sends({ state: 'scanned' })
    await turn.cancel('kiosk')
    assert.deepEqual(told, ['cancel kiosk', 'end kiosk'])
  })

  it('keeps trying to start and goes on when the gate is back', async () => {
    const { clock, shown, starts, sends } = setUp({ refusals: 2 })
    await clock.pass(4_000)
    assert.deepEqual(shown, ['starting', 'trouble busy', 'trouble busy'])
    assert.equal(starts(), 3)
    await sends({ qr: 'F0' })
    assert.equal(shown.at(-1), 'pending F0')
  })

  it('N43: says so when the gate is not heard of what a backend has started', async () => {
    const { clock, shown, sends } = setUp()
    await clock.pass(4_999)
    assert.deepEqual(shown, ['starting'])
    await clock.pass(1)
    assert.equal(shown.at(-1), 'trouble unreachable')
    await sends({ qr: 'F0' })
    assert.equal(shown.at(-1), 'pending F0')
  })

  it('sends nothing of a short silence', async () => {
    const { clock, shown, sends } = setUp()
    await settle()
    await sends({ qr: 'F0' })
    await sends({ connection: 'reconnecting' })
    await clock.pass(2_900)
    await sends({ qr: 'F1' })
    await clock.pass(10_000)
    assert.deepEqual(shown, ['starting', 'pending F0', 'pending', 'pending F1'])
  })

  it('hides even a fresh QR when the gate stays silent, for it leads nowhere', async () => {
    const { clock, shown, sends } = setUp()
    await settle()
    await sends({ qr: 'F0', connection: 'reconnecting' })
    await clock.pass(4_900)
    assert.equal(shown.at(-1), 'pending F0')
    await clock.pass(100)
    assert.equal(shown.at(-1), 'trouble unreachable')
    await sends({ qr: 'F1', connection: 'reconnecting' })
    assert.equal(shown.at(-1), 'trouble unreachable')
    await sends({ qr: 'F2' })
    assert.equal(shown.at(-1), 'pending F2')
  })

  it('sends that something is wrong when the gate falls silent behind a scanned phone', async () => {
    const { clock, shown, sends } = setUp()
    await settle()
    await sends({ state: 'scanned', connection: 'reconnecting' })
    await clock.pass(5_000)
    assert.equal(shown.at(-1), 'trouble unreachable')
    await sends({ state: 'scanned' })
    assert.equal(shown.at(-1), 'scanned')
  })

  it('gives a gate that is heard again a moment before it calls it slow', async () => {
    const { clock, shown, sends } = setUp()
    await settle()
    await sends({ connection: 'reconnecting' })
    await clock.pass(10_000)
    await sends({ connection: 'online' })
    assert.equal(shown.at(-1), 'trouble unreachable')
    await clock.pass(5_000)
    assert.equal(shown.at(-1), 'trouble slow')
  })

  it('starts anew when the gate will never answer for a sign-in', async () => {
    const { clock, shown, fails, starts } = setUp()
    await settle()
    await fails('kiosk_secret_wrong')
    assert.equal(shown.at(-1), 'trouble kiosk_secret_wrong')
    await clock.pass(1_000)
    assert.equal(starts(), 2)
  })

  it('sends how it ended', async () => {
    const { sends, shown, end } = setUp()
    await settle()
    await sends({ state: 'expired', reason: 'abandoned' })
    assert.equal(shown.at(-1), 'expired abandoned')
    assert.equal(end(), 'ended')
  })

  it('ends honestly when the gate refuses the claim', async () => {
    const claim = () => Promise.reject(new GateError('account_unusable', { status: 403 }))
    const { sends, shown, claimed, end } = setUp({ claim })
    await settle()
    await sends({ state: 'approved' })
    assert.equal(shown.at(-1), 'expired account_unusable unclaimed')
    assert.deepEqual(claimed, [])
    assert.equal(end(), 'ended')
  })

  it('is cancelled at once, and tells the gate', async () => {
    const { turn, sends, shown, told, end } = setUp()
    await settle()
    await sends({ qr: 'F0' })
    void turn.cancel('kiosk')
    await settle()
    assert.equal(shown.at(-1), 'cancelled kiosk')
    assert.deepEqual(told, ['cancel kiosk'])
    assert.equal(end(), 'ended')
  })

  it('has a user code for as long as there is a sign-in', async () => {
    const { turn, sends } = setUp()
    await assert.rejects(turn.userCode(), { code: 'already_ended' })
    await settle()
    await sends({ qr: 'F0' })
    assert.equal((await turn.userCode()).user_code, 'WDJB-MJHT')
    turn.stop()
    await assert.rejects(turn.userCode(), { code: 'already_ended' })
  })

  it('stops without a word, even in the middle of trouble', async () => {
    const { turn, clock, shown, starts, end } = setUp({ refusals: 99 })
    await clock.pass(300)
    turn.stop()
    await clock.pass(60_000)
    assert.equal(end(), 'stopped')
    assert.equal(shown.at(-1), 'trouble busy')
    assert.ok(starts() <= 3)
    assert.equal(clock.timers, 0)
  })
})
