import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyNoPhone } from './phones-reach.ts'

const noNetwork = 'This machine has no network.'

const cases: [publicUrl: string, host: string, said: Record<string, string>, why?: string][] = [
  ['http://192.168.0.7:8080', '0.0.0.0', {}],
  ['http://[fd00::7]:8080', '::', { HOST: '::' }],
  ['http://192.168.0.7:8080', '192.168.0.7', { HOST: '192.168.0.7' }],
  // A proxy or a tunnel leads there.
  ['https://gate.example.org', '127.0.0.1', { HOST: '127.0.0.1', PUBLIC_URL: '-' }],
  ['http://localhost.example.org', '0.0.0.0', { PUBLIC_URL: '-' }],
  ['http://127.0.0.1:8080', '0.0.0.0', {}, noNetwork],
  ['http://127.0.0.1:8080', '0.0.0.0', { HOST: '0.0.0.0', PUBLIC_URL: '' }, noNetwork],
  ['http://169.254.7.7:8080', '0.0.0.0', {}, noNetwork],
  ...['127.0.0.1', '127.9.9.9', 'localhost', '::1'].map((host): (typeof cases)[number] => {
    const name = host.includes(':') ? `[${host}]` : host
    const why = `Phones cannot reach ${host}; leave HOST out.`
    return [`http://${name}:8080`, host, { HOST: host }, why]
  }),
  ...['localhost', 'gate.localhost', '127.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '[::]'].map(
    (name): (typeof cases)[number] => {
      const { origin, hostname } = new URL(`http://${name}:8080`)
      const why = `Phones cannot reach ${hostname.replace(/[[\]]/g, '')}; leave PUBLIC_URL out.`
      return [origin, '0.0.0.0', { PUBLIC_URL: origin }, why]
    },
  ),
  [
    'http://localhost:8080',
    '127.0.0.1',
    { HOST: '127.0.0.1', PUBLIC_URL: '-' },
    'Phones cannot reach localhost; leave PUBLIC_URL and HOST out.',
  ],
]

for (const [publicUrl, host, said, why] of cases) {
  const settings = Object.entries(said).map(([name, value]) => `${name}=${value}`)
  test(`N51: ${publicUrl} with ${settings.join(' ') || 'nothing set'}: ${why ?? 'phones may'}`, async () => {
    assert.equal(await whyNoPhone({ publicUrl, host }, said), why)
  })
}
