import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { signedHeaders } from './signature.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const older = `whsec_${Buffer.from('an older secret of this client!!').toString('base64')}`
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const body = '{"test": 2432232314}'
const at = 1_614_265_330_999

test('S152: a webhook is signed as the example of Standard Webhooks is', () => {
  assert.deepEqual(signedHeaders({ id, secrets: [secret], body, at }), {
    'webhook-id': id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('while a secret is being replaced both sign, the present one first', () => {
  const korean = '{"name":"서울내과 🏥"}'
  const headers = signedHeaders({ id, secrets: [secret, older], body: korean, at })
  const byHand = [secret, older].map(secret => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const mac = createHmac('sha256', key).update(`${id}.1614265330.${korean}`).digest('base64')
    return `v1,${mac}`
  })
  assert.equal(headers['webhook-signature'], byHand.join(' '))
})

test('nothing is signed without a secret, or with one that is none', () => {
  for (const secrets of [[], [''], ['whsec_'], [secret, 'whsec_!']]) {
    assert.throws(() => signedHeaders({ id, secrets, body, at }))
  }
})
