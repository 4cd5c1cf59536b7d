import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '../test-support/fake-clock.ts'
import { GateError } from './gate-error.ts'
import { Presence } from './presence.ts'
import { usualPolicy } from './protocol.ts'
import type { Attendant } from './watcher.ts'

/** A presence whose socket is the test. */
function setUp() {
  const clock = new FakeClock()
  const troubles: (string | undefined)[] = []
  const versions: number[] = []
  let attendant: Attendant | undefined
  let attended = 0
  let offline = false
  const presence: Presence = new Presence({
    clock,
    random: () => 1,
    isOffline: () => offline,
    changed: () => troubles.push(presence.trouble),
    policy: ({ version }) => versions.push(version),
    socket: {
      attend: given => {
        attended += 1
        attendant = given
        return () => {
          attendant = undefined
        }
      },
    },
  })
  presence.start()
  return {
    presence,
    clock,
    troubles,
    versions,
    attendant: () => attendant,
    attended: () => attended,
    unplug: () => {
      offline = true
    },
  }
}

describe('N38: an own page between visitors', () => {
  it('says nothing of a short silence', async () => {
    const { clock, troubles, attendant } = setUp()
    attendant()?.greeted()
    attendant()?.lost()
    await clock.pass(4_999)
    attendant()?.greeted()
    await clock.pass(10_000)
    assert.deepEqual(troubles, [])
  })

  it('tells that the gate is gone, once, and that it is back', async () => {
    const { clock, troubles, attendant, unplug } = setUp()
    attendant()?.lost()
    await clock.pass(5_000)
    attendant()?.lost()
    await clock.pass(60_000)
    assert.deepEqual(troubles, ['unreachable'])
    attendant()?.greeted()
    unplug()
    attendant()?.lost()
    await clock.pass(5_000)
    assert.deepEqual(troubles, ['unreachable', undefined, 'offline'])
  })

  it('tells at once that it was revoked, and asks again in case it is taken back', async () => {
    const { clock, troubles, attendant, attended } = setUp()
    attendant()?.refused(new GateError('kiosk_revoked'))
    assert.deepEqual(troubles, ['kiosk_revoked'])
    await clock.pass(250)
    attendant()?.refused(new GateError('kiosk_not_enrolled'))
    assert.equal(attended(), 2)
    await clock.pass(499)
    assert.equal(attended(), 2)
    await clock.pass(1)
    attendant()?.greeted()
    assert.deepEqual(troubles, ['kiosk_revoked', 'kiosk_not_enrolled', undefined])
  })

  it('has nothing to tell of a gate that knows no hello', async () => {
    const { clock, troubles, attendant, attended } = setUp()
    attendant()?.refused(new GateError('malformed'))
    await clock.pass(60_000)
    assert.deepEqual([troubles, attended()], [[], 1])
  })

  it('passes on what policy the gate tells', () => {
    const { attendant, versions } = setUp()
    attendant()?.policy({ ...usualPolicy, version: 4 })
    assert.deepEqual(versions, [4])
  })

  it('starts once, and leaves nothing behind when it stops', async () => {
    const { presence, clock, attendant, attended } = setUp()
    presence.start()
    assert.equal(attended(), 1)
    attendant()?.lost()
    presence.stop()
    assert.deepEqual([clock.timers, attendant()], [0, undefined])
  })
})
