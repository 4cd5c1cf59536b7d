import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnusableDatabase } from '../database-trouble.ts'
import { openingFault, passingOf } from './postgres-faults.ts'

const url = 'postgres://gate:secret@db/qrgate?sslmode=require'
const withCode = (code: string, message = code) => Object.assign(new Error(message), { code })

test('N48: whatever Postgres says when it cannot be used has a word, and no password in it', () => {
  const faults: [unknown, string][] = [
    [new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), 'no_access'],
    [withCode('28P01'), 'no_access'],
    [withCode('3D000'), 'absent'],
    [withCode('42501'), 'not_allowed'],
    [withCode('25006'), 'read_only'],
    [withCode('53100'), 'full'],
    [withCode('XX001'), 'damaged'],
    [withCode('57P03'), 'away'],
    [withCode('53300'), 'crowded'],
    [withCode('EMFILE'), 'away'],
    [withCode('ECONNREFUSED'), 'away'],
    [new AggregateError([withCode('ECONNREFUSED')]), 'away'],
    [withCode('SELF_SIGNED_CERT_IN_CHAIN'), 'untrusted'],
    [withCode('08P01', 'transaction blocks not allowed in statement pooling mode'), 'pooled'],
  ]
  for (const [error, trouble] of faults) {
    const fault = openingFault(error, url)
    assert.ok(fault instanceof UnusableDatabase, `${error}`)
    assert.equal(fault.trouble, trouble, `${error}`)
    assert.match(
      fault.message,
      /^The database postgres:\/\/gate@db\/qrgate \(DATABASE_URL\) cannot/,
    )
  }
  const ours = new TypeError('ours')
  assert.equal(openingFault(ours, url), ours)
})

test('F17: what other transactions or a slow statement have stopped is tried again', () => {
  // Serialization failure, deadlock, lock time-out, statement time-out.
  for (const code of ['40001', '40P01', '55P03', '57014']) {
    assert.equal(passingOf(withCode(code)), 'locked', code)
  }
  assert.equal(passingOf(withCode('23503')), null)
})
