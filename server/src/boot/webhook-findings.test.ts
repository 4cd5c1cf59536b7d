import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lookup } from '../webhooks/address.ts'
import { webhookFindings } from './webhook-findings.ts'

const lookup: Lookup = async host => {
  if (host === 'gone.test') throw Object.assign(new Error(host), { code: 'ENOTFOUND' })
  return [{ address: host === 'emr.internal' ? '10.0.0.1' : '8.8.8.8', family: 4 }]
}

test('each endpoint is judged as it would be at a sending, and clients without one are left out', async () => {
  const endpoints = {
    clinic: 'https://emr.example.org/hooks',
    inside: 'https://emr.internal/hooks?key=1',
    plain: 'http://emr.internal/',
    gone: 'https://gone.test/',
    none: null,
  }
  const clients = Object.entries(endpoints).map(([id, endpoint]) => ({ id, endpoint }))
  const listed = 'is not in QRGATE_WEBHOOK_HOSTS'
  assert.deepEqual(await webhookFindings(clients, ['emr.internal:80'], lookup), [
    { mark: 'ok', words: 'clinic ok' },
    {
      mark: 'fail',
      words: `inside would be refused: 10.0.0.1 is private, and emr.internal:443 ${listed}`,
    },
    { mark: 'ok', words: 'plain ok' },
    {
      mark: 'warn',
      words: 'gone would not be sent: the name of its endpoint cannot be resolved (ENOTFOUND)',
    },
  ])
})

test('a resolver that is silent keeps nobody waiting for ever', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const clients = [{ id: 'clinic', endpoint: 'https://emr.test/' }]
  const findings = webhookFindings(clients, [], () => new Promise(() => {}))
  t.mock.timers.tick(5_000)
  assert.match(
    (await findings)[0]?.words ?? '',
    /^clinic would not be sent: .*no answer for 5000 ms/,
  )
})
