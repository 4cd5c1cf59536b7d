import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Gate, startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { SeedClient } from '../support/seed-client.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Whether nothing has the request of the next socket's handshake any more, once that is open. */
async function forgets(gate: Gate, open: () => Promise<unknown>): Promise<boolean> {
  let handshake: WeakRef<IncomingMessage> | undefined
  gate.app.server.server.once('upgrade', request => {
    handshake = new WeakRef(request)
  })
  await open()
  assert.ok(handshake)
  for (let n = 0; n < 100 && handshake.deref(); n += 1) {
    await turn()
    collect()
  }
  return handshake.deref() === undefined
}

test('N70: an open socket keeps neither the request nor the reply of its handshake', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  const client = new SeedClient(gate.url)
  const token = await client.start()
  const watch = async () => {
    const socket = await kiosk.watch(signIn)
    t.after(() => socket.cut())
    await socket.state(signIn.id, 'pending')
  }
  const listen = async () => {
    const socket = client.listen(token)
    t.after(() => socket.cut())
    assert.equal(await socket.status, 101)
  }
  assert.ok(await forgets(gate, watch), "a kiosk's")
  assert.ok(await forgets(gate, listen), "the seed's")
})
