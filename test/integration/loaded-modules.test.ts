import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { secretKey } from '../support/production.ts'

/** Writes down which modules a process loads. */
function watchLoads(t: TestContext) {
  const folder = temporaryFolder(t)
  const [list, hook] = [join(folder, 'loaded'), join(folder, 'hook.mjs')]
  writeFileSync(list, '')
  writeFileSync(
    hook,
    `import { appendFileSync } from 'node:fs'
    import { registerHooks } from 'node:module'
    registerHooks({
      load(url, context, next) {
        appendFileSync(${JSON.stringify(list)}, url + '\\n')
        return next(url, context)
      },
    })`,
  )
  return {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(hook)}` },
    has: (part: string) => readFileSync(list, 'utf8').includes(part),
  }
}

test('N74: a command loads what it needs, and no other command’s modules', async t => {
  const folder = temporaryFolder(t)
  const help = watchLoads(t)
  assert.match((await qrgate(['help'], help.env, folder)).out, /Usage: qrgate/)
  assert.ok(help.has('/boot/cli.ts'))
  for (const engine of ['/kysely/', '/typebox/', '/fastify/', '/pino/', '/store/sql/']) {
    assert.equal(help.has(engine), false, engine)
  }

  const list = watchLoads(t)
  await qrgate(['kiosk', 'list'], { ...list.env, QRGATE_DATA_DIR: folder }, folder)
  assert.ok(list.has('/boot/kiosk-command.ts'))
  for (const other of ['/boot/doctor/', '/boot/log-command.ts', '/csv-parse/', '/fastify/']) {
    assert.equal(list.has(other), false, other)
  }
})

test('N74: a gate loads what writes the API’s document when somebody asks for it', async t => {
  const loads = watchLoads(t)
  const gate = await GateProcess.start(t, loads.env)
  assert.ok(loads.has('/boot/main.ts'))
  assert.equal(loads.has('/@fastify/swagger/'), false)
  assert.equal((await fetch(`${gate.url}/api/openapi.json`)).status, 200)
  assert.ok(loads.has('/@fastify/swagger/'))
})

test('N74: a gate loads the dictionaries of guessed passwords with the first new password', async t => {
  const loads = watchLoads(t)
  const gate = await GateProcess.start(t, loads.env)
  await until('a demo has its visitors', () => loads.has('/demo-visitors.ts'))
  const { url } = gate
  const phone = new Phone(url)
  const { id } = await phone.scan((await new Kiosk(url).start()).frame.url)
  assert.equal(loads.has('/@zxcvbn-ts/'), false)
  assert.equal((await phone.signUp(id, 'newcomer', 'New Comer', 'password')).status, 422)
  assert.ok(loads.has('/@zxcvbn-ts/language-en/'))
})

test('N74: only a demo loads what greets whoever has started it', async t => {
  const [serve, demo] = [watchLoads(t), watchLoads(t)]
  const settings = { SECRET_KEY: secretKey, PUBLIC_URL: 'https://gate.example' }
  await GateProcess.start(t, { ...settings, ...serve.env }, 'serve')
  await GateProcess.start(t, demo.env)
  await until('it greets', () => demo.has('/lean-qr/'))
  assert.equal(serve.has('/lean-qr/'), false)
})
