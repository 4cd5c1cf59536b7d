import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import { WebSocketServer } from 'ws'
import { createCore } from '../boot/core.ts'
import { readConfig } from '../config.ts'
import { system } from '../protocol/log-event.ts'
import { createKioskSockets } from './kiosk-sockets.ts'
import { createSocketLimits } from './socket-limits.ts'

/**
 * An enrolled page's socket to a core on which nothing runs by itself, so that nobody looks for
 * revocations.
 */
async function setUp(t: TestContext, settings: Record<string, string> = {}) {
  const config = readConfig(
    {
      PUBLIC_URL: 'http://127.0.0.1:8080',
      SECRET_KEY: 'a secret key that only this test uses and nobody else',
      DATABASE_URL: 'sqlite::memory:',
      QRGATE_DATA_DIR: '/nowhere',
      ...settings,
    },
    'demo',
  )
  const core = await createCore(config, pino({ level: 'silent' }))
  t.after(() => core.close())
  const { flow, clock, kiosks } = core
  const limits = createSocketLimits(10)
  t.after(() => limits.close())
  const onError = (error: unknown) => assert.fail(String(error))
  const refused: string[] = []
  const sockets = createKioskSockets({
    flow,
    limits,
    clock,
    renewBefore: 30_000,
    sentence: code => code,
    onRefused: ({ code }, address) => refused.push(`${code} from ${address}`),
    onError,
  })
  const { kiosk, credential } = await kiosks.enrol({ ko: '접수', en: 'Desk' }, system)
  const page = { kiosk: kiosk.number, prove: () => kiosks.byCredential(credential) }
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  t.after(() => server.close())
  const left = new Promise<void>(resolve => {
    server.on('connection', socket => {
      sockets.listen(socket, { address: '192.0.2.7', page })
      socket.on('close', () => resolve())
    })
  })
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  t.after(() => socket.close())
  await once(socket, 'open')
  const started = flow.start(kiosk)
  return {
    ...core,
    kiosk,
    started,
    refused,
    /** The page goes; resolves when the gate knows. */
    leave: () => {
      socket.close()
      return left
    },
    send: (message: object) => socket.send(JSON.stringify(message)),
    next: async () => {
      const [{ data }] = await once(socket, 'message')
      return JSON.parse(data)
    },
    closed: once(socket, 'close'),
  }
}

test('H1: a socket proves its screen again for every message that yields something', async t => {
  const { kiosks, kiosk, started, send, next, closed } = await setUp(t)
  const { id, kiosk_secret } = started
  send({ type: 'watch', id, kiosk_secret })
  assert.equal((await next()).state, 'pending')
  send({ type: 'frames', id, ask: 1 })
  assert.equal((await next()).type, 'frames')
  await kiosks.revoke(kiosk.number, system)
  kiosks.forget(kiosk.number)
  send({ type: 'frames', id, ask: 2 })
  const [{ code }] = await closed
  assert.equal(code, 4403)
})

test('N17: whoever shows a socket a wrong secret is told of, with where the page is', async t => {
  const { started, send, closed, refused } = await setUp(t)
  send({ type: 'watch', id: started.id, kiosk_secret: 'A'.repeat(43) })
  await closed
  assert.deepEqual(refused, ['kiosk_secret_wrong from 192.0.2.7'])
})

test('a page that goes while its next QR is made leaves nothing behind that is watched', async t => {
  const { flow, started, send, next, leave } = await setUp(t, { QRGATE_PENDING_SECONDS: '2' })
  const { id, kiosk_secret } = started
  const watch = t.mock.method(flow, 'watch')
  const { proveKiosk } = flow
  const proven = new Promise<void>(resolve => {
    t.mock.method(flow, 'proveKiosk', async (of: string, secret: string) => {
      const screen = await proveKiosk(of, secret)
      if (of !== id) {
        // In the middle of the next one's proof.
        await leave()
        resolve()
      }
      return screen
    })
  })
  send({ type: 'watch', id, kiosk_secret, renew: true })
  assert.equal((await next()).state, 'pending')
  await proven
  for (let turns = 0; turns < 10; turns += 1) await turn()
  assert.equal(watch.mock.callCount(), 1, 'only the first sign-in was watched')
})
