import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { createClient } from '@redis/client'
import { qrgate } from '../support/command.ts'
import { freePort, temporaryFolder } from '../support/gate.ts'
import { startRedis } from '../support/redis.ts'

/** The lines that `qrgate doctor` has about Redis. */
async function aboutRedis(REDIS_URL: string, folder: string): Promise<string[]> {
  const env = { QRGATE_DATA_DIR: folder, REDIS_URL, PUBLIC_URL: 'http://127.0.0.1:1' }
  const { out, err } = await qrgate(['doctor'], env, folder)
  assert.equal(err, '')
  return out.split('\n').filter(line => /^\w+ +redis/.test(line))
}

test('doctor asks Redis, and warns where it may forget what is counted in it', async t => {
  const redis = await startRedis(t)
  const folder = temporaryFolder(t)
  const [well, ...others] = await aboutRedis(redis.url, folder)
  assert.match(well ?? '', /^ok {4}redis +answers in [\d.]+ ms$/)
  assert.deepEqual(others, [])

  const client = createClient({ url: redis.url })
  await client.connect()
  await client.configSet('maxmemory-policy', 'allkeys-lru')
  client.destroy()
  const [, warning] = await aboutRedis(redis.url, folder)
  assert.match(warning ?? '', /^warn {2}redis +maxmemory-policy is allkeys-lru; set noeviction/)
})

test('N17: doctor names what a log level hides, the alarm of wrong passwords with it', async t => {
  const folder = temporaryFolder(t)
  const aboutLog = async (level: string) => {
    const env = {
      QRGATE_DATA_DIR: folder,
      QRGATE_LOG_LEVEL: level,
      PUBLIC_URL: 'http://127.0.0.1:1',
    }
    return (await qrgate(['doctor'], env, folder)).out
      .split('\n')
      .filter(line => / log /.test(line))
  }
  assert.deepEqual(await aboutLog('info'), [])
  assert.match((await aboutLog('warn'))[0] ?? '', /^warn .*signed checkpoints$/)
  assert.match((await aboutLog('error'))[0] ?? '', /^warn .*and the alarm of many wrong passwords$/)
})

test('doctor warns where the machine’s zone is UTC and nobody has said another', async t => {
  const folder = temporaryFolder(t)
  const aboutTime = async (env: Record<string, string>) => {
    const { out } = await qrgate(['doctor'], { QRGATE_DATA_DIR: folder, ...env }, folder)
    return out.split('\n').filter(line => /^\w+ +time /.test(line))
  }
  const address = { PUBLIC_URL: 'http://127.0.0.1:1' }
  const [warning] = await aboutTime({ ...address, TZ: 'UTC' })
  assert.match(warning ?? '', /^warn .*the machine's zone is UTC; set QRGATE_TIME_ZONE$/)
  assert.match((await aboutTime({ ...address, TZ: 'Asia/Seoul' }))[0] ?? '', /^ok .*Asia\/Seoul$/)
  for (const QRGATE_TIME_ZONE of ['UTC', 'America/New_York']) {
    const [line = ''] = await aboutTime({ ...address, TZ: 'UTC', QRGATE_TIME_ZONE })
    assert.ok(line.startsWith('ok') && line.endsWith(QRGATE_TIME_ZONE), line)
  }
})

test('doctor says why Redis cannot be used, and waits for none that answers nothing', async t => {
  const folder = temporaryFolder(t)
  const silent = createServer().listen(0, '127.0.0.1')
  t.after(() => silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo

  const reasons = {
    [`redis://127.0.0.1:${port}`]: 'Redis has not answered for 2000 ms',
    [`redis://127.0.0.1:${await freePort()}`]: 'ECONNREFUSED',
    [`redis://localhost:${await freePort()}`]: 'ECONNREFUSED',
  }
  for (const [url, reason] of Object.entries(reasons)) {
    const [line = '', ...others] = await aboutRedis(url, folder)
    assert.match(line, /^fail {2}redis +cannot be used: .*\. Check REDIS_URL\.$/)
    assert.ok(line.includes(reason), line)
    assert.deepEqual(others, [])
  }
})

test('doctor says to which endpoints no webhook would be let out', async t => {
  const folder = temporaryFolder(t)
  const env = {
    QRGATE_DATA_DIR: folder,
    PUBLIC_URL: 'http://127.0.0.1:1',
    SECRET_KEY: 'a key of this test only: 6dJq0PzT81yXw',
  }
  const aboutWebhooks = async (hosts: string) => {
    const { out } = await qrgate(['doctor'], { ...env, QRGATE_WEBHOOK_HOSTS: hosts }, folder)
    return out.split('\n').filter(line => / webhooks /.test(line))
  }
  assert.deepEqual(await aboutWebhooks(''), [])
  for (const [id, endpoint] of [
    ['clinic', 'http://127.0.0.1:3000/hooks'],
    ['lobby', 'https://10.0.0.7/'],
  ] as const) {
    await qrgate(['client', 'add', id, '서울내과', '--endpoint', endpoint], env, folder)
  }
  assert.deepEqual(await aboutWebhooks('127.0.0.1:3000'), [
    'ok    webhooks  clinic ok',
    'fail  webhooks  lobby would be refused: 10.0.0.7 is private, and 10.0.0.7:443 is not in QRGATE_WEBHOOK_HOSTS',
  ])
})
