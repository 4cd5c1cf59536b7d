import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { settle } from '../test-support/fake-clock.ts'
import { someClaim } from '../test-support/fake-sign-in.ts'
import { handOff } from '../test-support/served.ts'
import { setUp } from '../test-support/shown-sign-in.ts'
import { GateError } from './gate-error.ts'
import type { SignInView } from './protocol.ts'

describe('the visit of a sign-in', () => {
  it('claims until it is answered, and stays watched until the visit ends', async () => {
    const { signIn, claims, sends, updates, over, clock, watchers } = setUp()
    const lost = () => Promise.reject(new GateError('unreachable'))
    claims.push(lost, lost)
    await sends({ seq: 2, state: 'approved' })
    const answer = signIn.claim()
    assert.equal(signIn.claim(), answer)
    await clock.pass(2_000)
    assert.equal((await answer).account.name, '홍*동')
    assert.equal(updates.at(-1), 'a claimed - online')
    await clock.pass(60_000)
    assert.equal(over(), undefined)
    await sends({ seq: 4, state: 'ended', reason: 'phone' })
    assert.equal(updates.at(-1), 'a ended - online')
    assert.deepEqual([over(), watchers.size, clock.timers], ['over', 0, 0])
  })

  it('learns from the gate how long a visit may last that it has claimed', async () => {
    const { signIn, sends, lasting } = setUp()
    await sends({ seq: 2, state: 'approved', expires_in_ms: 120_000 })
    await signIn.claim()
    await settle()
    assert.equal(lasting(), undefined)
    await sends({ seq: 3, state: 'claimed', expires_in_ms: 600_000 })
    assert.equal(lasting(), 600_000)
  })

  it('N81: a claim that is repeated in the middle of a visit hides no end of it', async () => {
    const { signIn, sends, updates, over } = setUp({ answer: { id: 'a', kiosk_secret: 's' } })
    await sends({ seq: 3, state: 'claimed', expires_in_ms: 600_000 })
    assert.equal((await signIn.claim()).account.name, '홍*동')
    await sends({ seq: 4, state: 'ended', reason: 'not_me' })
    assert.deepEqual([updates.at(-1), over()], ['a ended - online', 'over'])
  })

  it('carries what the visitor has asked for: news with the same seq, old news never', async () => {
    const { signIn, claims, sends, handOffs } = setUp()
    claims.push(async () => ({ ...someClaim, hand_off: handOff('exam', 'requested') }))
    await sends({ seq: 2, state: 'approved' })
    await signIn.claim()
    await settle()
    const claimed = { seq: 3, state: 'claimed' } as const
    await sends({ ...claimed, hand_off: handOff('exam', 'accepted', 3) })
    await sends({ ...claimed, hand_off: handOff('exam', 'requested', 1) })
    await sends({ ...claimed, hand_off: handOff('exam', 'called', 4) })
    await sends({ ...claimed, hand_off: handOff('exam', 'accepted', 4) })
    await sends({ ...claimed, hand_off: handOff('pay', 'requested', 1) })
    await sends({ ...claimed, seq: 2, hand_off: handOff('exam', 'accepted', 9) })
    assert.deepEqual(handOffs, ['exam requested', 'exam accepted', 'exam called', 'pay requested'])
  })

  it('asks for a service until it is answered, and shows what came of it', async () => {
    const { signIn, choices, called, handOffs, sends, clock } = setUp()
    await sends({ seq: 3, state: 'claimed' })
    const lost = () => Promise.reject(new GateError('unreachable'))
    const chosen: SignInView = {
      id: 'a',
      seq: 4,
      state: 'claimed',
      hand_off: handOff('pay', 'requested'),
    }
    choices.push(lost, lost, async () => chosen)
    const choosing = signIn.chooseService('pay', 'en')
    await clock.pass(5_000)
    assert.equal((await choosing)?.service.id, 'pay')
    assert.deepEqual(called, Array(3).fill('choose a pay en'))
    assert.deepEqual(handOffs, ['pay requested'])
  })

  it('is told at once what the gate refuses to do', async () => {
    const { signIn, choices, sends } = setUp()
    await sends({ seq: 3, state: 'claimed' })
    choices.push(() => Promise.reject(new GateError('service_closed', { status: 409 })))
    await assert.rejects(signIn.chooseService('pay'), { code: 'service_closed' })
  })

  it('claims once for everybody, and once more for a client', async () => {
    const { signIn, sends, called } = setUp()
    await sends({ seq: 2, state: 'approved' })
    const known = signIn.claim({ credential: 'c' })
    assert.equal(signIn.claim({ credential: 'c' }), known)
    assert.notEqual(signIn.claim(), known)
    await known
    assert.deepEqual(called, ['claim as c'])
  })

  it('ends a visit, leaves, and comes back by watching once more', async () => {
    const { signIn, called, watches } = setUp()
    await signIn.end('idle')
    signIn.leave()
    signIn.comeBack()
    assert.deepEqual(called, ['end a secret of a idle', 'leave a secret of a'])
    assert.deepEqual(watches, ['a', 'a'])
    signIn.close()
    signIn.comeBack()
    assert.equal(watches.length, 2)
  })

  it('knows what another page needs to go on with it', () => {
    assert.deepEqual(setUp().signIn.started, { id: 'a', kiosk_secret: 'secret of a' })
  })
})
