import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { FakeClock, settle } from '../test-support/fake-clock.ts'
import { FakeSignIn, someClaim } from '../test-support/fake-sign-in.ts'
import { FakeWebSocket } from '../test-support/fake-web-socket.ts'
import { Kiosk } from './kiosk.ts'
import { type GateMessage, type KioskPolicy, usualPolicy } from './protocol.ts'
import type { SignInUpdate } from './sign-in.ts'

const policy = (version: number, start: KioskPolicy['start'] = 'touch'): KioskPolicy => {
  return { ...usualPolicy, version, start }
}

let servers = 0

/** An enrolled page whose socket is greeted with a policy; `start` does what the policy says. */
async function greeted(t: TestContext, first = policy(1)) {
  const { WebSocket } = globalThis
  Object.assign(globalThis, { WebSocket: FakeWebSocket })
  const clock = new FakeClock()
  const versions: number[] = []
  let present = first
  let signIn: FakeSignIn | undefined
  servers += 1
  const kiosk = new Kiosk({
    // A page has one socket to a gate, and each of these pages is another one.
    server: `http://gate${servers}.test`,
    transport: 'socket',
    enrolled: true,
    clock,
    get always() {
      return present.start === 'always'
    },
    show: () => {},
    policy: given => {
      present = given
      versions.push(given.version)
    },
    begin: async () => {
      signIn = new FakeSignIn([], async () => someClaim)
      return signIn
    },
  })
  t.after(() => kiosk.stop())
  kiosk.reset()
  Object.assign(globalThis, { WebSocket })
  FakeWebSocket.last.opens()
  const gate = FakeWebSocket.last
  const tells = async (message: GateMessage) => {
    gate.sends(message)
    await settle()
  }
  await tells({ type: 'hello', policy: first })
  return {
    kiosk,
    clock,
    versions,
    greets: (given: KioskPolicy) => tells({ type: 'hello', policy: given }),
    sets: (given: KioskPolicy) => tells({ type: 'policy', policy: given }),
    start: async () => {
      kiosk.start()
      await settle()
    },
    is: async (state: SignInUpdate['state']) => {
      signIn?.queue.push({ id: 'a', seq: 0, state, connection: 'online', qr: 'F' }, () => false)
      if (state === 'denied') signIn?.close()
      await settle()
    },
  }
}

describe('the policy of an enrolled page', () => {
  it('is taken on at once while nobody is there, and each one once', async t => {
    const { versions, sets, greets } = await greeted(t)
    await sets(policy(2))
    await greets(policy(2))
    // A database may have been put back to what it was.
    await greets(policy(1))
    assert.deepEqual(versions, [1, 2, 1])
  })

  it('does not change under the hands of a visitor, however far they are', async t => {
    const { kiosk, clock, versions, sets, start, is } = await greeted(t)
    await start()
    await sets(policy(2))
    for (const state of ['pending', 'scanned', 'approved'] as const) {
      await is(state)
      await sets(policy(3))
    }
    assert.deepEqual([kiosk.state, versions], ['claimed', [1]])
    await clock.pass(20_000)
    assert.deepEqual([kiosk.state, versions], ['idle', [1, 3]])
  })

  it('is for the next visitor of a screen that is always on, too: whoever has scanned goes on', async t => {
    const { clock, versions, sets, is } = await greeted(t, policy(1, 'always'))
    await is('pending')
    await sets(policy(2, 'always'))
    assert.deepEqual(versions, [1, 2])
    await is('scanned')
    await sets(policy(3, 'always'))
    await is('denied')
    assert.deepEqual(versions, [1, 2])
    await clock.pass(8_000)
    assert.deepEqual(versions, [1, 2, 3])
  })

  it('that says so begins to show a QR by itself, and ends it', async t => {
    const { kiosk, sets, is } = await greeted(t)
    assert.equal(kiosk.state, 'idle')
    await sets(policy(2, 'always'))
    await is('pending')
    assert.equal(kiosk.state, 'pending')
    await sets(policy(3))
    assert.equal(kiosk.state, 'idle')
  })
})
