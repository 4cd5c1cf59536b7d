import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lookup } from '../../webhooks/address.ts'
import { webhookFindings } from './webhooks.ts'

const lookup: Lookup = async host => {
  if (host === 'gone.test') throw Object.assign(new Error(host), { code: 'ENOTFOUND' })
  return [{ address: host === 'emr.internal' ? '10.0.0.1' : '8.8.8.8', family: 4 }]
}

const well = { failingSince: null, webhooksOffAt: null }

test('each endpoint is judged as it would be at a sending, and clients without one are left out', async () => {
  const endpoints = {
    clinic: 'https://emr.example.org/hooks',
    inside: 'https://emr.internal/hooks?key=1',
    plain: 'http://emr.internal/',
    gone: 'https://gone.test/',
    none: null,
  }
  const clients = Object.entries(endpoints).map(([id, endpoint]) => ({ id, endpoint, ...well }))
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
  const clients = [{ id: 'clinic', endpoint: 'https://emr.test/', ...well }]
  const findings = webhookFindings(clients, [], () => new Promise(() => {}))
  t.mock.timers.tick(5_000)
  assert.match(
    (await findings)[0]?.words ?? '',
    /^clinic would not be sent: .*no answer for 5000 ms/,
  )
})

test('what the gate has found out when it sent something there is said beside', async () => {
  const at = Date.UTC(2026, 10, 1, 12)
  const endpoint = 'https://emr.example.org/hooks'
  const clients = [
    { id: 'failing', endpoint, failingSince: at, webhooksOffAt: null },
    { id: 'off', endpoint, failingSince: at, webhooksOffAt: at },
    { id: 'none', endpoint: null, failingSince: at, webhooksOffAt: at },
  ]
  const findings = await webhookFindings(clients, [], lookup)
  assert.deepEqual(
    findings.map(({ mark, words }) => [mark, words.replace(/\d{4}-\d\d-\d\d [\d:]{8}/, 'TIME')]),
    [
      ['ok', 'failing ok'],
      ['ok', 'off ok'],
      [
        'warn',
        'nothing has got through to failing since TIME; see: qrgate delivery list --client failing',
      ],
      [
        'fail',
        'those of off are switched off since TIME, as nothing got through for three days; mend the endpoint, then: qrgate client set off --webhooks on',
      ],
    ],
  )
})
