import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { createClient } from '@redis/client'
import { checkRedis } from '../../server/src/boot/doctor/redis.ts'
import type { Config } from '../../server/src/config.ts'
import { freePort } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { hang, until } from '../support/patience.ts'
import { readiness, untilReady } from '../support/readiness.ts'
import { startRedis } from '../support/redis.ts'
import { SeedClient } from '../support/seed-client.ts'

/** `npm run test:fault`: all of them. */
const whole = process.env.QRGATE_TEST_FAULT === 'whole'
type Case = [string, 'bus' | 'counts', RegExp, () => unknown, () => unknown]
const isQuick = ([state]: Case) => /memory|publish|password/.test(state)

/** A gate with a Redis of its own, whose settings somebody changes by another user. */
async function startWithRedis(t: Parameters<typeof startRedis>[0]) {
  const redis = await startRedis(t, '--enable-debug-command', 'yes')
  const through = (user: string) => redis.url.replace('//', `//${user}@`)
  const boss = createClient({ url: redis.url, commandOptions: { timeout: hang } })
  boss.on('error', () => {})
  await boss.connect()
  t.after(() => boss.destroy())
  const say = (...words: string[]) => boss.sendCommand(words)
  const gateMay = (...words: string[]) => say('ACL', 'SETUSER', 'gate', ...words)
  await gateMay('on', '>secret', '~qrgate:*', '&qrgate:*', '+@all')
  return { redis, say, gateMay, url: through('gate:secret') }
}

/** What doctor finds wrong with a Redis. */
async function found(redisUrl: string): Promise<string> {
  const lines: string[] = []
  await checkRedis({ redisUrl } as Config, (level, _about, words) => {
    if (level !== 'ok') lines.push(words)
  })
  return lines.join()
}

test('N86 F13: whatever Redis refuses is named while it does, and nobody is refused for it', async t => {
  const { redis, say, gateMay, url } = await startWithRedis(t)
  const gate = await GateProcess.start(t, { REDIS_URL: url })
  await untilReady([gate], 'ready')
  const client = new SeedClient(gate.url)
  await client.insert('hong', 'correct horse')
  /** All connections of the gate break, as when a Redis is replaced by another one. */
  const cutGate = () => say('CLIENT', 'KILL', 'USER', 'gate')
  const noSnapshot = async () => {
    rmSync(redis.folder, { recursive: true })
    await say('CONFIG', 'SET', 'save', '1 1')
    await say('SET', 'something', 'new')
    await say('BGSAVE')
  }
  const nobody = await freePort()

  const cases: Case[] = [
    [
      'out of memory',
      'counts',
      /^Redis has no memory left; give it more maxmemory/,
      () => say('CONFIG', 'SET', 'maxmemory', '1'),
      () => say('CONFIG', 'SET', 'maxmemory', '0'),
    ],
    [
      'without replicas',
      'counts',
      /^Redis has too few replicas to write/,
      () => say('CONFIG', 'SET', 'min-replicas-to-write', '1'),
      () => say('CONFIG', 'SET', 'min-replicas-to-write', '0'),
    ],
    [
      'a replica',
      'counts',
      /^Redis is a replica; name the primary in REDIS_URL/,
      () => say('REPLICAOF', '127.0.0.1', `${nobody}`),
      () => say('REPLICAOF', 'NO', 'ONE'),
    ],
    [
      'without the right to publish',
      'bus',
      /^the Redis user lacks rights: .*publish/,
      () => gateMay('-publish'),
      () => gateMay('+publish'),
    ],
    [
      'without the right to count',
      'counts',
      /^the Redis user lacks rights: .*eval/,
      () => gateMay('-eval'),
      () => gateMay('+eval'),
    ],
    [
      'without the right to listen',
      'bus',
      /^the Redis user lacks rights: /,
      () => gateMay('resetchannels'),
      () => gateMay('&qrgate:*'),
    ],
    [
      'with another password',
      'bus',
      /^Redis refuses the user name or the password; check REDIS_URL/,
      async () => {
        await gateMay('resetpass', '>other')
        await cutGate()
      },
      () => gateMay('>secret'),
    ],
    [
      'unable to write snapshots',
      'counts',
      /^Redis cannot write its snapshots; it needs none: set save ""/,
      noSnapshot,
      () => say('CONFIG', 'SET', 'save', ''),
    ],
  ]

  const reason = async (part: 'bus' | 'counts') => (await readiness(gate.url)).parts[part]?.reason
  for (const [state, part, words, fail, heal] of whole ? cases : cases.filter(isQuick)) {
    await t.test(`Redis is ${state}`, async () => {
      await fail()
      await until('it is named', async () => words.test((await reason(part)) ?? ''), 50)
      await gate.logged(new RegExp(words.source.slice(1, 40)))
      assert.match(await found(url), new RegExp(words.source.slice(1)), 'and doctor says the same')
      assert.equal((await client.signIn('hong', 'correct horse')).status, 200)
      assert.equal((await client.signIn('hong', 'wrong')).status, 401)
      await heal()
      await untilReady([gate], 'ready')
    })
  }
})

test('N86: a Redis that loads its data is named as that, for as long as it does', async t => {
  const { say, url } = await startWithRedis(t)
  const gate = await GateProcess.start(t, { REDIS_URL: url })
  await untilReady([gate], 'ready')
  await say('CONFIG', 'SET', 'loading-process-events-interval-bytes', '1024')
  await say('CONFIG', 'SET', 'key-load-delay', '500')
  await say('DEBUG', 'POPULATE', '4000')
  await until('it is named', async () => {
    await say('DEBUG', 'RELOAD')
    return /Redis is still loading its data/.test(gate.output)
  })
  await untilReady([gate], 'ready')
})

test('N86: a Redis that wants a password from the start is named as that', async t => {
  const redis = await startRedis(t, '--requirepass', 'secret')
  const wants = /^Redis wants a password; put it into REDIS_URL/
  const gate = await GateProcess.start(t, { REDIS_URL: redis.url })
  for (const part of ['bus', 'counts']) {
    await until(`${part} says so`, async () => {
      return wants.test((await readiness(gate.url)).parts[part]?.reason ?? '')
    })
  }
  assert.match(await found(redis.url), /Redis wants a password/)
})

test('F13: a Redis that may forget counts is told of at the start, and once', async t => {
  const redis = await startRedis(t, '--maxmemory-policy', 'volatile-ttl')
  const gate = await GateProcess.start(t, { REDIS_URL: redis.url })
  await gate.logged(/maxmemory-policy is volatile-ttl; set noeviction/)
  await redis.restart()
  await untilReady([gate], 'ready')
  const lines = gate.log().split('\n')
  assert.equal(lines.filter(line => line.includes('maxmemory-policy')).length, 1)
  assert.equal(JSON.parse(lines.find(line => line.includes('maxmemory-policy')) ?? '').level, 40)
})
