import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import pino from 'pino'
import { createReception } from './reception.ts'

test('nobody calls a visitor, or hears of one, whom no link has opened a desk for', async t => {
  const dataDir = mkdtempSync(join(tmpdir(), 'qrgate-test-'))
  const reception = await createReception({
    gate: 'http://127.0.0.1:1',
    credential: 'none',
    webhookSecrets: [],
    ...{ dataDir, publicUrl: 'http://localhost', base: '', logger: pino({ level: 'silent' }) },
  })
  t.after(async () => {
    await reception.close()
    rmSync(dataDir, { recursive: true })
  })
  const url = await reception.listen({ host: '127.0.0.1', port: 0 })
  const answer = await fetch(`${url}/desk/walk-in`, {
    method: 'POST',
    // A program says what origin it likes.
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ id: randomUUID(), service: 'consultation' }),
  })
  assert.equal(answer.status, 401)
  assert.equal(((await answer.json()) as { code: string }).code, 'no_desk')
})
