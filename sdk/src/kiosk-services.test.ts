import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock, settle } from '../test-support/fake-clock.ts'
import { FakeSignIn } from '../test-support/fake-sign-in.ts'
import { handOff, servedClaim } from '../test-support/served.ts'
import { GateError } from './gate-error.ts'
import { Kiosk, type KioskOptions } from './kiosk.ts'
import type { HandOffView } from './protocol.ts'
import { type ScreenUpdate, screenOf } from './screen-update.ts'
import { waitedMs } from './visit-services.ts'

/** A kiosk whose visitor has two services to choose from. */
async function visited(options: Partial<KioskOptions> = {}) {
  const clock = new FakeClock()
  const told: string[] = []
  const languages: unknown[] = []
  const signIn = new FakeSignIn(told, async () => servedClaim)
  const claim = signIn.claim.bind(signIn)
  signIn.claim = asked => {
    languages.push(asked?.language)
    return claim()
  }
  let shown: ScreenUpdate = { state: 'idle' }
  const kiosk = new Kiosk({
    clock,
    show: update => {
      shown = update
    },
    begin: async () => signIn,
    ...options,
  })
  const sends = async (hand_off?: HandOffView, expires_in_ms = 600_000) => {
    const update = {
      id: 'a',
      seq: 3,
      state: 'claimed',
      connection: 'online',
      expires_in_ms,
    } as const
    signIn.queue.push({ ...update, ...(hand_off && { hand_off }) }, () => false)
    await settle()
  }
  kiosk.start()
  await settle()
  await sends()
  const screen = () => screenOf(shown)
  return { kiosk, clock, told, languages, signIn, sends, screen, shown: () => shown }
}

describe("a kiosk's visit with something to choose", () => {
  it('goes from the choice to the number, and tells what the screen speaks', async () => {
    const { kiosk, told, languages, signIn, sends, screen } = await visited({ language: 'en' })
    assert.equal(screen(), 'services')
    signIn.chosen = async () => handOff('pay', 'requested')
    await kiosk.choose('pay')
    assert.deepEqual([screen(), told, languages], ['waiting', ['choose pay en'], ['en']])
    await sends(handOff('pay', 'accepted', 2))
    assert.equal(screen(), 'ticket')
  })

  it('gives sixty seconds to choose, and counts the last fifteen', async () => {
    const { kiosk, clock, shown, told } = await visited()
    await clock.pass(44_999)
    assert.equal(shown().countdown, undefined)
    await clock.pass(1)
    assert.deepEqual(shown().countdown, { seconds: 15, of: 15 })
    kiosk.touched()
    assert.equal(shown().countdown, undefined)
    await clock.pass(59_999)
    assert.deepEqual(told, [])
    await clock.pass(1)
    assert.deepEqual([told, shown()], [['end idle'], { state: 'idle' }])
  })

  it('gives twenty seconds to a number, counts all of them, and begins anew only with another screen', async () => {
    const { clock, sends, shown } = await visited()
    await sends(handOff('pay', 'requested'))
    assert.equal(shown().countdown, undefined)
    await sends(handOff('pay', 'accepted', 2))
    assert.deepEqual(shown().countdown, { seconds: 20, of: 20 })
    await clock.pass(5_000)
    await sends(handOff('pay', 'accepted', 3))
    assert.equal(shown().countdown?.seconds, 15)
  })

  it('a late number begins the twenty seconds anew', async () => {
    const { clock, sends, screen, shown } = await visited()
    await sends(handOff('pay', 'requested'))
    await clock.pass(waitedMs + 10_000)
    assert.deepEqual([screen(), shown().countdown?.seconds], ['staff', 10])
    await sends(handOff('pay', 'accepted', 2))
    assert.deepEqual([screen(), shown().countdown?.seconds], ['ticket', 20])
  })

  it('its times are options; where a visit lasts until it is ended, it does so on every screen', async () => {
    const patient = await visited({ servingSeconds: 90, idleSeconds: 100 })
    await patient.clock.pass(99_000)
    assert.equal(patient.shown().countdown?.seconds, 1)
    const endless = await visited({ idleSeconds: 0 })
    await endless.clock.pass(599_000)
    assert.equal(endless.screen(), 'services')
  })

  it('what happens to a choice does not lengthen the visit', async () => {
    const { kiosk, clock, sends, shown } = await visited({ idleSeconds: 0 })
    await clock.pass(590_000)
    kiosk.chooseAnother()
    assert.equal(shown().remaining_ms, 10_000)
    await sends(handOff('pay', 'requested'), 10_000)
    await clock.pass(8_000 + 7_000)
    assert.deepEqual([shown().state, shown().reason], ['ended', 'absolute'])
  })

  it('lets another service be chosen after one that came to nothing', async () => {
    const { kiosk, told, sends, screen } = await visited()
    await sends(handOff('pay', 'refused'))
    assert.equal(screen(), 'staff')
    kiosk.chooseAnother()
    assert.equal(screen(), 'services')
    await kiosk.choose('exam')
    assert.deepEqual(told, ['choose exam'])
  })

  it('passes a refusal on, and shows the choice again', async () => {
    const { kiosk, signIn, screen, shown } = await visited()
    signIn.chosen = () => Promise.reject(new GateError('service_closed', { status: 409 }))
    await assert.rejects(kiosk.choose('pay'), { code: 'service_closed' })
    assert.equal(screen(), 'services')
    assert.ok(shown().services?.find(({ id }) => id === 'pay')?.closed)
  })

  it('has nothing to choose while nobody is there', async () => {
    const { kiosk, signIn, shown } = await visited()
    await kiosk.end()
    assert.deepEqual(shown(), { state: 'idle' })
    await assert.rejects(kiosk.choose('pay'), { code: 'not_approved' })
    signIn.close()
  })
})
