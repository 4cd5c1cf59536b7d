import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { createClient } from '@redis/client'
import type { Finding } from '../../server/src/boot/doctor/finding.ts'
import { qrgate } from '../support/command.ts'
import { freePort, temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { startRedis } from '../support/redis.ts'
import { smallDisk, withoutMounts } from '../support/small-disk.ts'

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
  assert.match(
    well ?? '',
    /^ok {4}redis +answers in [\d.]+ ms, publishes, and tells what is published$/,
  )
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
    assert.match(line, /^fail {2}redis +REDIS_URL cannot be used: /)
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
  await qrgate(['migrate'], env, folder)
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

/** What `qrgate doctor --json` says. */
async function findings(env: Record<string, string>, folder: string): Promise<Finding[]> {
  const { out } = await qrgate(
    ['doctor', '--json'],
    { PUBLIC_URL: 'http://127.0.0.1:1', ...env },
    folder,
  )
  return JSON.parse(out)
}

test('N49: doctor says who can use the gate, and what a demo has left behind', async t => {
  const folder = temporaryFolder(t)
  const env = { QRGATE_DATA_DIR: folder, SECRET_KEY: 'a key of this test only: 6dJq0PzT81yXw' }
  const about = async (...names: string[]) => {
    const all = await findings(env, folder)
    return all
      .filter(({ about }) => names.includes(about))
      .map(({ mark, words }) => `${mark} ${words}`)
  }
  await qrgate(['migrate'], env, folder)
  assert.deepEqual(await about('kiosks', 'accounts', 'clients'), [
    'warn there is none; run: qrgate kiosk add NAME',
    'warn there is none; run: qrgate account add ID, or account import FILE',
  ])

  const demo = await GateProcess.start(t, { ...env, QRGATE_DATA_DIR: folder }, 'demo', true)
  await demo.kill('SIGTERM')
  await qrgate(['account', 'add', 'hong'], env, folder, 'correct horse battery')
  await qrgate(['kiosk', 'add', '1층 접수 1번'], env, folder)
  await qrgate(['kiosk', 'add', '2층', '--backend'], env, folder)
  const said = await about('kiosks', 'accounts', 'clients')
  assert.deepEqual(said.slice(-5), [
    'ok 1 enrolled',
    'warn 100 (1층 접수 1번) was never enrolled; open its link on its screen',
    'warn a demo has left accounts behind, with which nobody can sign in: demo.hong, demo.jane, demo.jihoon, demo.minseo, demo.seoyeon; run for each: qrgate account disable ID',
    'ok 1 may sign in',
    'warn a demo has left the client demo-reception behind; run: qrgate client remove demo-reception',
  ])
})

test('N49: doctor looks at what the gate runs on and for whom', async t => {
  const folder = temporaryFolder(t)
  const env = {
    QRGATE_SITE_NAME: '서울내과의원',
    QRGATE_SITE_NAME_EN: 'Our Clinic',
    QRGATE_MAX_SOCKETS: '1000000',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    HOST: '203.0.113.1',
    QRGATE_TRUSTED_PROXIES: '0.0.0.0/1',
    QRGATE_NO_SETTING: '1',
  }
  const all = await findings(env, folder)
  const said = all.map(({ mark, about, words }) => `${mark} ${about}: ${words}`).join('\n')
  for (const line of [
    /^ok node: \d+\.\d+\.\d+$/m,
    /^fail node: NODE_TLS_REJECT_UNAUTHORIZED is 0/m,
    /^fail listen: HOST 203\.0\.113\.1 is no address of this machine/m,
    /^warn site: QRGATE_SITE_NAME is the example's, "서울내과의원"/m,
    /^warn proxy: QRGATE_TRUSTED_PROXIES has 0\.0\.0\.0\/1/m,
    /^warn settings: QRGATE_NO_SETTING is no setting/m,
    /^ok settings: There is no \.env in/m,
  ]) {
    assert.match(said, line)
  }
  assert.doesNotMatch(said, /QRGATE_SITE_NAME_EN/)
  if (process.geteuid?.() === 0) assert.match(said, /^warn user: this is root/m)
  // What this machine allows differs; a million is beyond most.
  if (process.platform === 'linux') assert.match(said, /^(warn files: this user may have \d+|ok)/m)
})

test('N49: doctor’s columns are as wide as what stands in them', async t => {
  const folder = temporaryFolder(t)
  const { out } = await qrgate(['doctor'], { PUBLIC_URL: 'http://127.0.0.1:1' }, folder)
  const starts = out
    .trimEnd()
    .split('\n')
    .map(line => /^\w+ +\S+ +/.exec(line)?.[0].length)
  assert.equal(new Set(starts).size, 1, out)
})

test('N49: doctor warns of a disk that is nearly full', { skip: withoutMounts }, async t => {
  const disk = smallDisk(t)
  const about = (await findings({ QRGATE_DATA_DIR: disk.folder }, disk.folder)).filter(
    ({ about }) => about === 'disk',
  )
  assert.equal(about[0]?.mark, 'warn')
  assert.match(about[0]?.words ?? '', /^\d+ MB are free on the disk of .* \(\d+ %\); make room/)
})
