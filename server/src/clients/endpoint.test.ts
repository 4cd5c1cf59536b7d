import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { requireEndpoint } from './endpoint.ts'

test('an endpoint is https anywhere, and http inside a network of one’s own', () => {
  const right = {
    'https://emr.example.org/hooks?a=1': 'https://emr.example.org/hooks?a=1',
    'https://EMR.example.org': 'https://emr.example.org/',
    'https://203.0.113.7:8443/x': 'https://203.0.113.7:8443/x',
    'http://localhost:3000/hooks': 'http://localhost:3000/hooks',
    'http://127.0.0.1/': 'http://127.0.0.1/',
    'http://10.1.2.3/': 'http://10.1.2.3/',
    'http://[::1]:80/': 'http://[::1]/',
    'http://[fd00::7]/': 'http://[fd00::7]/',
    'http://reception/hooks': 'http://reception/hooks',
    'http://emr.internal/': 'http://emr.internal/',
  }
  for (const [text, written] of Object.entries(right)) assert.equal(requireEndpoint(text), written)
})

test('S156: any other endpoint is refused', () => {
  const wrong = [
    '',
    'emr.example.org',
    '/hooks',
    'ftp://emr.example.org/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://emr.example.org/',
    'http://203.0.113.7/',
    'http://0x08080808/',
    'http://[::ffff:203.0.113.7]/',
    'http://169.254.169.254/',
    'http://localhost.example.org/',
    'https://user@emr.example.org/',
    'https://:password@emr.example.org/',
    'https://emr.example.org/#part',
    `https://emr.example.org/${'x'.repeat(2_048)}`,
  ]
  for (const text of wrong) {
    assert.throws(() => requireEndpoint(text), new Refusal('endpoint_invalid'), text)
  }
})
