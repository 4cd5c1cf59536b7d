import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { StartAnswer } from '@qrgate/sdk'
import { createClock } from '../../server/src/clock.ts'
import { createKiosks } from '../../server/src/kiosks/kiosks.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { freePort, type Gate, startGate } from '../support/gate.ts'
import { Phone } from '../support/phone.ts'

const example = fileURLToPath(new URL('../../examples/backend-node/check-in.ts', import.meta.url))

/** What `qrgate kiosk add --backend` does. */
async function credentialAt(gate: Gate): Promise<string> {
  const records = gate.app.store.kiosks
  const kiosks = createKiosks({ records, builtIn: [], clock: createClock(), randomBytes })
  return (await kiosks.enrol({ ko: '1층 접수 1번', en: 'Reception 1' }, system)).credential
}

/** The example as its reader would run it. */
async function startBackend(t: TestContext, gate: Gate, credential: string) {
  const url = `http://127.0.0.1:${await freePort()}`
  const backend = spawn(process.execPath, ['-C', 'source', example], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      PORT: new URL(url).port,
      GATE: gate.url,
      KIOSK_CREDENTIAL: credential,
    },
  })
  t.after(() => backend.kill())
  const lines = createInterface(backend.stdout)[Symbol.asyncIterator]()
  assert.equal((await lines.next()).value, url)
  return { start: () => fetch(`${url}/start`, { method: 'POST' }), lines }
}

test('the backend example starts for its kiosk, and learns who came, each once', async t => {
  const gate = await startGate(t)
  const { start, lines } = await startBackend(t, gate, await credentialAt(gate))
  const visitor = new Phone(gate.url)
  const arrive = async (give: (id: string) => Promise<Response>) => {
    const started = (await (await start()).json()) as StartAnswer
    const { id } = await visitor.scan(started.frame.url)
    assert.equal(id, started.id)
    await give(id)
    return `${(await lines.next()).value}`
  }
  const password = 'correct horse battery'
  assert.match(
    await arrive(id => visitor.signUp(id, 'hong', '홍길동', password)),
    /^A-1: 홍\*동, \S/,
  )
  assert.match(await arrive(id => visitor.signIn(id, 'hong', password)), /^A-2: 홍\*동, \S/)
})

test('a backend without a right credential is refused every start', async t => {
  const { start } = await startBackend(t, await startGate(t), 'not a credential')
  assert.equal((await start()).status, 502)
  assert.equal((await start()).status, 502)
})
