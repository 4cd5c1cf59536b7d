import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { settle } from '../test-support/fake-clock.ts'
import { setUp, started } from '../test-support/shown-sign-in.ts'
import { GateError } from './gate-error.ts'
import type { StartedSignIn } from './starter.ts'

describe('a sign-in', () => {
  it('shows the first frame at once and asks for more', async () => {
    const { updates, asked, answers, clock } = setUp()
    await settle()
    assert.deepEqual(updates, ['a pending F0 online'])
    assert.deepEqual(asked, ['a'])
    await answers(0)
    await clock.pass(6_000)
    assert.deepEqual(updates.slice(1), ['a pending F1 online', 'a pending F2 online'])
  })

  it('N71: asks again in place of the ping that would be due, and not before', async () => {
    const { asked, answers, clock } = setUp()
    await answers(0)
    await clock.pass(14_000)
    assert.equal(asked.length, 1)
    await clock.pass(1_000)
    assert.equal(asked.length, 2)
  })

  it('throws late frames away and asks again', async () => {
    const { asked, answers, clock, updates } = setUp()
    await clock.pass(3_500)
    await answers(0)
    assert.equal(updates.at(-1), 'a pending - online')
    assert.equal(asked.length, 2)
    await answers(1)
    assert.equal(updates.at(-1), 'a pending F1 online')
  })

  it('never shows a dead QR while the gate is silent', async () => {
    const { connects, answers, clock, updates } = setUp()
    await answers(0)
    await connects('reconnecting')
    assert.equal(updates.at(-1), 'a pending F0 reconnecting')
    await clock.pass(600_000)
    assert.equal(updates.at(-1), 'a pending - reconnecting')
  })

  it('F29: hides the QR after a sleep and asks anew', async () => {
    const { answers, clock, updates, called, asked } = setUp()
    await answers(0)
    clock.sleep(5_000)
    await clock.pass(1_000)
    assert.equal(updates.at(-1), 'a pending - online')
    assert.deepEqual(called, ['restart'])
    assert.equal(asked.length, 2)
  })

  it('hides the QR the moment it is scanned', async () => {
    const { updates, sends, answers } = setUp()
    await answers(0)
    await sends({ seq: 1, state: 'scanned', phone: 'iphone', expires_in_ms: 180_000 })
    assert.equal(updates.at(-1), 'a scanned - online')
  })

  it('I14: ignores old news', async () => {
    const { updates, sends } = setUp()
    await sends({ seq: 2, state: 'approved' })
    await sends({ seq: 1, state: 'scanned' })
    await sends({ seq: 2, state: 'approved' })
    assert.deepEqual(updates.slice(1), ['a approved - online'])
  })

  it('ends after a final state and leaves nothing behind', async () => {
    const { sends, over, updates, clock, watchers } = setUp()
    await sends({ seq: 1, state: 'denied' })
    assert.equal(updates.at(-1), 'a denied - online')
    assert.equal(over(), 'over')
    assert.equal(watchers.size, 0)
    assert.equal(clock.timers, 0)
  })

  it('throws when the gate will never answer', async () => {
    const { watchers, over } = setUp()
    watchers.get('a')?.failed(new GateError('kiosk_revoked'))
    await settle()
    assert.equal(over(), 'kiosk_revoked')
  })

  it('resumes what a backend has started and shows nothing before it knows', async () => {
    const { updates, sends, answers } = setUp({ answer: { id: 'a', kiosk_secret: 's' } })
    await settle()
    assert.deepEqual(updates, [])
    await sends({ seq: 0, expires_in_ms: 200_000 })
    await answers(7)
    assert.deepEqual(updates, ['a pending - online', 'a pending F7 online'])
  })

  it('asks for a user code only when it is updates to', async () => {
    const { signIn, called, answers, clock } = setUp()
    await answers(0)
    await clock.pass(60_000)
    assert.deepEqual(called, [])
    assert.equal((await signIn.userCode()).user_code, 'WDJB-MJHT')
    assert.deepEqual(called, ['userCode a'])
  })

  it('tells the gate why it was cancelled', async () => {
    const { signIn, called } = setUp()
    await signIn.cancel('not_my_phone')
    assert.deepEqual(called, ['cancel a secret of a not_my_phone'])
  })
})

describe('an always-on sign-in', () => {
  const next = async ({ watchers }: ReturnType<typeof setUp>) => {
    watchers.get('a')?.next(started('b', 'G0'))
    await settle()
  }

  it('goes on with its successor', async () => {
    const screen = setUp({ renew: true })
    await settle()
    await next(screen)
    await screen.sends({ seq: 1, state: 'expired', reason: 'unscanned' })
    assert.deepEqual(screen.updates, ['a pending F0 online', 'b pending G0 online'])
    assert.deepEqual([...screen.watchers.keys()], ['b'])
  })

  it('waits a moment for its successor, and then ends honestly', async () => {
    const screen = setUp({ renew: true })
    await screen.sends({ seq: 1, state: 'expired', reason: 'unscanned' })
    assert.equal(screen.over(), undefined)
    await screen.clock.pass(2_000)
    assert.equal(screen.updates.at(-1), 'a expired - online')
    assert.equal(screen.over(), 'over')
  })

  it('follows a visitor who scanned the last frame of the one before', async () => {
    const screen = setUp({ renew: true })
    await next(screen)
    await screen.sends({ id: 'a', seq: 1, state: 'scanned' })
    assert.equal(screen.updates.at(-1), 'a scanned - online')
    await screen.sends({ id: 'b', seq: 1, state: 'scanned' })
    assert.equal(screen.updates.at(-1), 'a scanned - online')
    assert.deepEqual(screen.called, ['cancel b secret of b kiosk'])
  })

  it('asks for one successor only, however often it reconnects', async () => {
    const screen = setUp({ renew: true })
    const first = screen.watchers.get('a')
    assert.equal(first?.renews(), true)
    await next(screen)
    assert.equal(first?.renews(), false)
    assert.equal(screen.watchers.get('b')?.renews(), true)
  })
})

describe('an always-on sign-in to which the gate sends no successor', () => {
  /** One whose frames last, and the answers of what starts its sign-ins. */
  const showing = async (answers: (StartedSignIn | GateError)[]) => {
    let starts = 0
    const starter = async () => {
      starts += 1
      const answer = answers.shift()
      if (!answer || answer instanceof GateError) throw answer
      return answer
    }
    const screen = setUp({ renew: true, starter })
    await screen.answers(0, 100)
    return { ...screen, starts: () => starts }
  }
  const backend = { id: 'b', kiosk_secret: 'secret of b' }

  it('N12: starts it 30 s before the end, and shows it once there is a QR of it', async () => {
    const screen = await showing([backend])
    await screen.clock.pass(269_000)
    assert.equal(screen.starts(), 0)
    await screen.clock.pass(1_000)
    assert.equal(screen.starts(), 1)
    assert.deepEqual([...screen.watchers.keys()], ['a', 'b'])
    assert.equal(screen.watchers.get('b')?.kiosk_secret, 'secret of b')
    await screen.sends({ id: 'b', seq: 0, expires_in_ms: 300_000 })
    assert.equal(screen.updates.at(-1), 'a pending F90 online')
    await screen.clock.pass(1_000)
    await screen.answers(1_000)
    assert.equal(screen.updates.at(-1), 'b pending F1000 online')
    assert.ok(
      screen.updates.every(update => update.includes(' F')),
      'there was always a QR',
    )
    // The one before is watched to its end: somebody may just be opening its last frame.
    await screen.sends({ seq: 1, state: 'expired', reason: 'unscanned' })
    assert.deepEqual([...screen.watchers.keys()], ['b'])
    assert.equal(screen.starts(), 1)
  })

  it('N12: starts none where the gate sends it, nor once a phone has scanned', async () => {
    const screen = await showing([backend, backend])
    screen.socket.renews = true
    await screen.clock.pass(280_000)
    assert.equal(screen.starts(), 0)
    screen.socket.renews = false
    await screen.sends({ seq: 1, state: 'scanned' })
    await screen.clock.pass(10_000)
    assert.equal(screen.starts(), 0)
  })

  it('N12: lets it go again when a phone scans the last frame of the one on the screen', async () => {
    const screen = await showing([backend])
    await screen.clock.pass(270_000)
    await screen.sends({ seq: 1, state: 'scanned', expires_in_ms: 180_000 })
    assert.deepEqual([...screen.watchers.keys()], ['a'])
    assert.equal(screen.updates.at(-1), 'a scanned - online')
  })

  it('N12: asks again while the gate is away, and asks the gate for none meanwhile', async () => {
    const away = new GateError('unreachable')
    const screen = await showing([away, away, backend])
    await screen.clock.pass(272_000)
    assert.equal(screen.starts(), 3)
    assert.equal(screen.watchers.get('a')?.renews(), false)
    assert.ok(screen.watchers.has('b'))
  })

  it('N12: ends at once with what is on the screen where no other can be started', async () => {
    const screen = await showing([new GateError('kiosk_revoked', { status: 403 })])
    await screen.clock.pass(290_000)
    assert.equal(screen.starts(), 1)
    await screen.sends({ seq: 1, state: 'expired', reason: 'unscanned' })
    assert.equal(screen.over(), 'over')
  })

  it('N12: of a short life it takes the second half', async () => {
    const resumed = { id: 'a', kiosk_secret: 's' }
    const screen = setUp({ renew: true, starter: async () => backend, answer: resumed })
    await screen.sends({ seq: 0, expires_in_ms: 20_000 })
    await screen.answers(0)
    await screen.clock.pass(9_000)
    assert.equal(screen.watchers.size, 1)
    await screen.clock.pass(1_000)
    assert.deepEqual([...screen.watchers.keys()], ['a', 'b'])
  })
})
