import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kiosk as ScreenlessKiosk, startSignIn } from '../../sdk/src/index.ts'
import { enrol } from '../support/enrol.ts'
import { startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'

/** Half of this life before its end a successor is due. */
const settings = { QRGATE_PENDING_SECONDS: '4' }

test('N12: a page with a backend gets each sign-in from it, and is never without a QR', async t => {
  const gate = await startGate(t, settings, 'serve')
  const url = `http://127.0.0.1:${new URL(gate.app.server.listeningOrigin).port}`
  const { credential } = await enrol(gate)
  const backend = new Kiosk(url, credential)
  const starts: string[] = []
  const starter = async () => {
    const { id, kiosk_secret } = await backend.start()
    starts.push(id)
    return { id, kiosk_secret }
  }
  const shown: string[] = []
  await new Promise<void>(resolve => {
    const kiosk = new ScreenlessKiosk({
      server: url,
      always: true,
      starter,
      show({ state, id, qr }) {
        if (shown.length === 0 && qr === undefined) return
        assert.equal(state, 'pending')
        assert.ok(qr, 'there is a QR at any time')
        if (id !== undefined && shown.at(-1) !== id) shown.push(id)
        if (shown.length < 3) return
        kiosk.stop()
        resolve()
      },
    })
    kiosk.reset()
  })
  assert.deepEqual(shown, starts.slice(0, 3))
})

test('N12: without a backend the next one is started as the first was', async t => {
  const gate = await startGate(t, settings)
  const ids = new Set<string>()
  for await (const { id, state, qr } of await startSignIn({ server: gate.url, renew: true })) {
    assert.equal(state, 'pending')
    assert.ok(qr)
    if (ids.add(id).size === 3) break
  }
  assert.equal(ids.size, 3)
})
