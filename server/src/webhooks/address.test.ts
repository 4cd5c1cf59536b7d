import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Address, destinationOf, hostAndPort, type Lookup } from './address.ts'

const v4 = (address: string): Address => ({ address, family: 4 })
const names = (answers: Record<string, readonly Address[]>): Lookup => {
  return async host => answers[host] ?? []
}
const never: Lookup = host => assert.fail(`${host} was resolved`)

test('a name may lead to public addresses over https, and each is judged by itself', async () => {
  const lookup = names({ 'emr.example.org': [v4('10.0.0.1'), v4('8.8.8.8'), v4('169.254.1.1')] })
  const url = new URL('https://emr.example.org/hooks')
  assert.deepEqual(await destinationOf(url, [], lookup), {
    kind: 'allowed',
    addresses: [v4('8.8.8.8')],
  })
  assert.deepEqual(await destinationOf(url, ['emr.example.org:443'], lookup), {
    kind: 'allowed',
    addresses: [v4('10.0.0.1'), v4('8.8.8.8')],
  })
})

test('an address that is its own host is judged without a resolver', async () => {
  const to = (text: string, allowed: string[] = []) => destinationOf(new URL(text), allowed, never)
  assert.deepEqual(await to('https://8.8.8.8/'), { kind: 'allowed', addresses: [v4('8.8.8.8')] })
  assert.deepEqual(await to('http://[FD00:0::7]:8080/', ['[fd00::7]:8080']), {
    kind: 'allowed',
    addresses: [{ address: 'fd00::7', family: 6 }],
  })
})

test('a refusal says in words what would have to be listed', async () => {
  const refusal = async (text: string, answers: readonly Address[] = []) => {
    const lookup = async () => answers
    const destination = await destinationOf(new URL(text), [], lookup)
    return destination.kind === 'allowed' ? '' : `${destination.kind}: ${destination.detail}`
  }
  assert.equal(
    await refusal('https://emr.internal/', [v4('10.0.0.1')]),
    'address_refused: 10.0.0.1 is private, and emr.internal:443 is not in QRGATE_WEBHOOK_HOSTS',
  )
  assert.equal(
    await refusal('http://emr.internal/'),
    'address_refused: it is http, and emr.internal:80 is not in QRGATE_WEBHOOK_HOSTS',
  )
  assert.equal(
    await refusal('https://169.254.169.254/'),
    'address_refused: 169.254.169.254 is link-local, reserved or no single machine',
  )
  assert.equal(await refusal('ftp://emr.internal/'), 'address_refused: it is not https')
  assert.equal(await refusal('https://a:b@8.8.8.8/'), 'address_refused: it holds a password')
  assert.equal(await refusal('https://nowhere.test/'), 'unresolved: no address')
})

test('a resolver that fails is no refusal, and only its code is told', async () => {
  const lookup = async () => {
    throw Object.assign(new Error('getaddrinfo ENOTFOUND emr.test'), { code: 'ENOTFOUND' })
  }
  const destination = await destinationOf(new URL('https://emr.test/'), [], lookup)
  assert.deepEqual(destination, { kind: 'unresolved', detail: 'ENOTFOUND' })
})

test('an endpoint has its port also where it is not written', () => {
  const written = ['https://a.test/x', 'http://a.test', 'http://A.test:443', 'https://[::1]:8443']
  assert.deepEqual(
    written.map(text => hostAndPort(new URL(text))),
    ['a.test:443', 'a.test:80', 'a.test:443', '[::1]:8443'],
  )
})
