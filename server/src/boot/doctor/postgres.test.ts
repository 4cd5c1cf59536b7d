import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PostgresLook } from '../../store/sql/postgres-look.ts'
import { postgresFindings } from './postgres.ts'

const found = (look: Partial<PostgresLook>) => {
  const whole = {
    tls: 'none',
    pooler: 'none',
    address: '10.0.0.5',
    lax: [],
    ...look,
  } satisfies PostgresLook
  return postgresFindings(whole).map(({ mark, words }) => `${mark} ${words}`)
}

test('N50: doctor says whether the way to Postgres is encrypted, and looked at', () => {
  assert.match(found({ tls: 'verified' }).join(), /^ok .*its certificate was looked at$/)
  assert.match(
    found({ tls: 'unverified' }).join(),
    /^warn .*anybody between may pose as it; set sslmode/,
  )
  assert.match(
    found({ address: '8.8.8.8' }).join(),
    /^warn .*8\.8\.8\.8 is not encrypted; add sslmode/,
  )
  for (const address of ['127.0.0.1', '::1', '10.0.0.5', undefined]) {
    assert.match(found({ address }).join(), /^ok .*stays in your own network$/, address)
  }
})

test('N50: doctor names a pooler, and what it must have', () => {
  assert.deepEqual(found({ pooler: 'transaction' }).slice(1), [
    'ok a pooler is between (by transaction)',
  ])
  assert.match(found({ pooler: 'session' })[1] ?? '', /eleven connections for each node$/)
})

test('N85: doctor names a server that a power cut may damage, and one whose commits do not wait for the disk', () => {
  const lax = ['fsync', 'synchronous_commit']
  const [, first, second] = found({ lax })
  assert.match(first ?? '', /^warn its server has fsync=off: .*; set fsync=on$/)
  assert.match(second ?? '', /^ok its server has synchronous_commit=off; the gate has its own/)
})
