import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { OperatorError } from '../../server/src/operator-error.ts'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { lookAtPostgres } from '../../server/src/store/sql/postgres-look.ts'
import { selfSigned } from '../support/certificate.ts'
import { temporaryFolder } from '../support/gate.ts'
import { PostgresServer } from '../support/postgres.ts'

const certificate = selfSigned({ after }, 'localhost')
const server = await PostgresServer.start({ after }, { certificate })
const folder = temporaryFolder({ after })
const authority = join(folder, 'ca.pem')
writeFileSync(authority, certificate.cert)

const direct = await server.gateDatabase()
const by = (query: string, host = 'localhost') => `${direct.replace('127.0.0.1', host)}?${query}`

test('N50: what sslmode means here is what the documents say', async t => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  t.after(() => process.off('warning', note))
  const ways: [query: string, tls: string][] = [
    ['sslmode=disable', 'none'],
    ['sslmode=no-verify', 'unverified'],
    [`sslmode=require&sslrootcert=${authority}`, 'verified'],
    [`sslmode=verify-full&sslrootcert=${authority}`, 'verified'],
    [`sslmode=prefer&sslrootcert=${authority}`, 'verified'],
    ['uselibpqcompat=true&sslmode=require', 'unverified'],
  ]
  for (const [query, tls] of ways) {
    const { tls: seen } = await lookAtPostgres(by(query))
    assert.equal(seen, tls, query)
  }
  assert.deepEqual(warnings, [])
})

test('N50: a certificate of nobody known, or for another name, is refused as what it is', async () => {
  const refused = [
    by('sslmode=require'),
    by('sslmode=prefer'),
    by('sslmode=require&sslrootcert=system'),
    by(`sslmode=require&sslrootcert=${authority}`, '127.0.0.1'),
  ]
  for (const url of refused) {
    await assert.rejects(openPostgresStore(url), (error: unknown) => {
      assert.ok(error instanceof OperatorError)
      assert.match(
        error.message,
        /its TLS certificate is not trusted; name its authority by sslrootcert= in DATABASE_URL \(/,
        url,
      )
      return true
    })
  }
})

test('N50: a file of the address that cannot be read is named', async () => {
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const url = by(`sslmode=require&${name}=/nowhere/file.pem`)
    await assert.rejects(openPostgresStore(url), {
      name: 'OperatorError',
      message: `DATABASE_URL: its ${name} /nowhere/file.pem cannot be read (ENOENT).`,
    })
  }
})
