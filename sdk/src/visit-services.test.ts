import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock, settle } from '../test-support/fake-clock.ts'
import { someClaim } from '../test-support/fake-sign-in.ts'
import { handOff, servedClaim, service } from '../test-support/served.ts'
import { GateError } from './gate-error.ts'
import type { ClaimAnswer, HandOffView } from './protocol.ts'
import { isServing, mayChooseAnother, screenOf } from './screen-update.ts'
import { VisitServices, waitedMs } from './visit-services.ts'

/** A visit that begins with this claim, and which screen it stands on. */
function setUp(claim: ClaimAnswer = servedClaim) {
  const clock = new FakeClock()
  let changes = 0
  const services = new VisitServices(clock, () => {
    changes += 1
  })
  services.begin(claim)
  const update = () => ({ state: 'claimed', ...services.shown }) as const
  return {
    clock,
    services,
    update,
    screen: () => screenOf(update()),
    changes: () => changes,
  }
}

/** An answer of the gate that the test gives when it wants to. */
function later() {
  let answer: (handOff: HandOffView) => void = () => {}
  let refuse: (error: Error) => void = () => {}
  const answered = new Promise<HandOffView>((resolve, reject) => {
    answer = resolve
    refuse = reject
  })
  return { call: () => answered, answer, refuse }
}

describe('what a visitor came for', () => {
  it('nothing to choose: signed in, and that is all', () => {
    assert.equal(setUp(someClaim).screen(), 'done')
  })

  it('is chosen, waited for, and given a number', async () => {
    const { services, screen, update } = setUp()
    assert.equal(screen(), 'services')
    const { call, answer } = later()
    const choosing = services.choose('pay', call)
    assert.deepEqual([screen(), update().choosing], ['waiting', 'pay'])
    answer(handOff('pay', 'requested'))
    await choosing
    assert.deepEqual([screen(), update().choosing], ['waiting', undefined])
    services.heard(handOff('pay', 'accepted', 2, { ticket: { number: 'A-012' } }))
    assert.deepEqual([screen(), update().handOff?.ticket?.number], ['ticket', 'A-012'])
  })

  it('is waited for eight seconds, from the tap on; then staff help, and a late number still counts', async () => {
    const { services, clock, screen, changes } = setUp()
    const { call, answer } = later()
    const choosing = services.choose('pay', call)
    await clock.pass(waitedMs / 2)
    answer(handOff('pay', 'requested'))
    await choosing
    await clock.pass(waitedMs / 2 - 1)
    assert.equal(screen(), 'waiting')
    const before = changes()
    await clock.pass(1)
    assert.deepEqual([screen(), changes()], ['staff', before + 1])
    services.heard(handOff('pay', 'accepted', 2))
    assert.deepEqual([screen(), clock.timers], ['ticket', 0])
  })

  it('a gate that answers nothing at all leaves nobody waiting either', async () => {
    const { services, clock, screen, update } = setUp()
    void services.choose('pay', () => new Promise(() => {}))
    await clock.pass(waitedMs)
    assert.deepEqual([screen(), mayChooseAnother(update())], ['staff', false])
  })

  it('a page that comes back in the middle waits anew', async () => {
    const { clock, screen } = setUp({ ...servedClaim, hand_off: handOff('pay', 'requested') })
    assert.equal(screen(), 'waiting')
    await clock.pass(waitedMs)
    assert.equal(screen(), 'staff')
  })

  it('a number that comes before the lost answer to the choice is shown at once', async () => {
    const { services, screen } = setUp()
    const { call, refuse } = later()
    const choosing = services.choose('pay', call)
    services.heard(handOff('pay', 'accepted', 2))
    assert.equal(screen(), 'ticket')
    refuse(new GateError('already_ended', { status: 410 }))
    await assert.rejects(choosing)
    assert.equal(screen(), 'ticket')
  })

  it('a second tap is no second choice', async () => {
    const { services } = setUp()
    let calls = 0
    const { call, answer } = later()
    const counted = () => {
      calls += 1
      return call()
    }
    const first = services.choose('pay', counted)
    await services.choose('exam', counted)
    answer(handOff('pay', 'requested'))
    await first
    assert.equal(calls, 1)
  })

  it('a service that has closed meanwhile says so, and the others may be chosen', async () => {
    const { services, screen, update } = setUp()
    const { call, refuse } = later()
    const choosing = services.choose('pay', call)
    refuse(new GateError('service_closed', { status: 409 }))
    await assert.rejects(choosing, { code: 'service_closed' })
    assert.equal(screen(), 'services')
    assert.deepEqual(
      update().services?.map(({ closed }) => closed !== undefined),
      [false, true],
    )
  })

  it('where nothing came of a choice, another one is offered', async () => {
    for (const state of ['refused', 'failed'] as const) {
      const { services, screen, update } = setUp()
      services.heard(handOff('pay', state))
      assert.deepEqual([screen(), mayChooseAnother(update())], ['staff', true])
      services.chooseAnother()
      assert.equal(screen(), 'services')
      // A late answer to what was set aside is shown all the same.
      services.heard(handOff('pay', 'accepted', 2))
      assert.equal(screen(), 'ticket')
    }
    const only = setUp(someClaim)
    only.services.heard(handOff('pay', 'refused'))
    assert.deepEqual([only.screen(), mayChooseAnother(only.update())], ['staff', false])
  })

  it('a service that was refused is refused again when it is chosen again', async () => {
    const { services, screen, update } = setUp()
    const refused = handOff('pay', 'refused')
    services.heard(refused)
    services.chooseAnother()
    const { call, answer } = later()
    const choosing = services.choose('pay', call)
    assert.deepEqual([screen(), update().handOff], ['waiting', undefined])
    answer(refused)
    await choosing
    assert.equal(screen(), 'staff')
  })

  it('hurries nobody who has something to choose or to wait for', () => {
    const { services, update } = setUp()
    assert.equal(isServing(update()), true)
    services.heard(handOff('pay', 'requested'))
    assert.equal(isServing(update()), true)
    services.heard(handOff('pay', 'refused', 2))
    assert.equal(isServing(update()), true)
    services.heard(handOff('pay', 'accepted', 3))
    assert.equal(isServing(update()), false)
    const only = setUp(someClaim)
    only.services.heard(handOff('pay', 'refused'))
    assert.equal(isServing(only.update()), false)
  })

  it('what was taken back on the phone leaves the choice, what the client took back needs staff', () => {
    const { services, screen } = setUp()
    services.heard(handOff('pay', 'cancelled', 2, { reason: 'phone' }))
    assert.equal(screen(), 'services')
    services.heard(handOff('pay', 'cancelled', 3, { reason: 'client' }))
    assert.equal(screen(), 'staff')
  })

  it('stopped, it changes nothing any more', async () => {
    const { services, clock, changes } = setUp()
    services.heard(handOff('pay', 'requested'))
    services.stop()
    await clock.pass(waitedMs)
    await settle()
    assert.deepEqual([changes(), clock.timers], [0, 0])
  })

  it('an icon, a line and a reason belong to a service: none is lost on the way to the screen', () => {
    const closed = { ko: '점심시간', en: 'Lunch' }
    const services = [service('exam', { lines: [closed] }), service('pay', { closed })]
    assert.deepEqual(setUp({ ...someClaim, services }).update().services, services)
  })
})
