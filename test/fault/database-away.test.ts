import assert from 'node:assert/strict'
import { test } from 'node:test'
import { qrgate } from '../support/command.ts'
import { freePort, temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { PostgresServer } from '../support/postgres.ts'

const SECRET_KEY = 'a secret key that only this test uses: 32 bytes'
const production = { SECRET_KEY, PUBLIC_URL: 'https://gate.example.org', HOST: '127.0.0.1' }

test('N48: serve waits for a database that is only away, and a demo says so and ends', async t => {
  const server = await PostgresServer.start(t)
  const DATABASE_URL = await server.gateDatabase()
  await server.stop()
  const folder = temporaryFolder(t)
  const demo = await qrgate(
    ['demo', '--no-reception'],
    { DATABASE_URL, QRGATE_DATA_DIR: folder, PORT: `${await freePort()}` },
    folder,
  )
  assert.equal(demo.code, 1)
  assert.match(
    demo.err,
    /^qrgate: The database .* \(DATABASE_URL\) cannot be used: it does not answer;.*\n$/,
  )

  const gate = await GateProcess.prepare(t, { ...production, DATABASE_URL }, 'serve')
  const started = gate.boot()
  await gate.logged(/Waiting for it\./)
  await server.boot()
  await started
  assert.equal((await fetch(`${gate.url}/readyz`)).status, 200)
  const told = gate
    .log()
    .split('\n')
    .filter(line => line.includes('Waiting for it'))
  assert.equal(told.length, 1, 'it does not fill its log')
  assert.match(told[0] ?? '', /"level":40.*"trouble":"away"/)
})

const refusals: Record<string, [url: (right: string) => string, says: RegExp]> = {
  'a database that is not there': [
    right => right.replace(/[^/]+$/, 'nowhere'),
    /there is no such database; make it: createdb \(database "nowhere" does not exist\)/,
  ],
  'a server without TLS that is asked for it': [
    right => `${right}?sslmode=verify-full`,
    /this user is not let in \(The server does not support SSL connections\)/,
  ],
  'a user who may not in': [
    right => right.replace('qrgate@', 'stranger:secret@'),
    /this user is not let in \(role "stranger" does not exist\)/,
  ],
}

test('N48: what waiting would not help is said in a sentence, without the password', async t => {
  const server = await PostgresServer.start(t)
  const right = await server.gateDatabase()
  for (const [name, [url, says]] of Object.entries(refusals)) {
    const DATABASE_URL = url(right)
    const folder = temporaryFolder(t)
    const env = {
      ...production,
      DATABASE_URL,
      QRGATE_DATA_DIR: folder,
      PORT: `${await freePort()}`,
    }
    for (const args of [['serve'], ['kiosk', 'list']]) {
      const { code, err, out } = await qrgate(args, env, folder)
      assert.equal(code, 1, name)
      assert.match(err, /^qrgate: [^\n]*\n$/, name)
      assert.match(err, says, name)
      assert.doesNotMatch(err + out, /secret@|secret key/)
    }
    const { out } = await qrgate(['doctor'], env, folder)
    assert.match(out, new RegExp(`^fail  database .*${says.source}`, 'm'))
  }
})
