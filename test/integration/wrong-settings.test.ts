import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wholeOutput } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'

const safe = {
  SECRET_KEY: 'a secret key that only this test uses and nobody else',
  PUBLIC_URL: 'https://gate.example.org',
  HOST: '127.0.0.1',
  PORT: '1',
}

// Each kind has its table beside settings/kinds.ts; here it is that whoever starts a gate reads of it.
const wrong: Record<string, string> = {
  QRGATE_TRUSTED_PROXIES: '10.0.0.0/99',
  DATABASE_URL: 'mysql://u:hunter2@db/qrgate',
  REDIS_URL: 'http://u:hunter2@redis',
}

for (const [name, value] of Object.entries(wrong)) {
  test(`N48: a wrong ${name} is one sentence and exit code 1, and nothing was begun`, async t => {
    const folder = temporaryFolder(t)
    const settings = { ...safe, QRGATE_DATA_DIR: folder, [name]: value }
    const said = new RegExp(`${name} [^\\n]+\\.\\n`)
    for (const args of [['serve'], ['demo'], ['kiosk', 'list']]) {
      const { code, out, err } = await wholeOutput(args, settings, folder)
      assert.deepEqual([code, out], [1, ''], args.join(' '))
      assert.match(err, new RegExp(`^qrgate: ${said.source}$`))
      assert.doesNotMatch(err, /hunter2/)
    }
    const { code, out, err } = await wholeOutput(['doctor'], settings, folder)
    assert.deepEqual([code, err], [1, ''])
    assert.match(out, new RegExp(`^fail +settings +${said.source}`, 'm'))
    assert.match(out, /^warn +settings +nothing else was looked at; mend these first$/m)
  })
}
