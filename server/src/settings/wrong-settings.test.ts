import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readConfig, WrongSettings } from '../config.ts'
import type { SettingName } from '../settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'qrgate-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const key = 'Zt3mQ8wq0Vx7NfLr2KdYh5Jb9PcSg6Ta'
const safe = { SECRET_KEY: key, PUBLIC_URL: 'https://gate.example.org' }

function refused(env: NodeJS.ProcessEnv, mode: 'demo' | 'serve' = 'serve'): string {
  try {
    readConfig(env, mode)
    return ''
  } catch (error) {
    assert.ok(error instanceof WrongSettings)
    return error.message
  }
}

const ranges = ['10.0.0.0/99', '10.0.0.0/-1', '::/129', '::/-1', '10.0.0.1/', '10.0.0.0/8/8', '/8']
const everybody = ['0.0.0.0/0', '::/0', '::ffff:0:0/96', '::ffff:0.0.0.0/96', '::ffff:10.0.0.0/8']
const noRanges = [
  '10.0.0',
  '1',
  '[::1]',
  'localhost',
  '10.0.0.0/255.0.0.0',
  '10.0.0.0/ 8',
  '10.0.0.0/0x8',
]

const wrong: Partial<Record<SettingName, readonly string[]>> = {
  QRGATE_TRUSTED_PROXIES: [...ranges, ...everybody, ...noRanges, '10.0.0.0/8;11.0.0.0/8'],
  DATABASE_URL: [
    'mysql://db/qrgate',
    'http://db',
    'sqlite:',
    'sqlite: ',
    'sqlite://data/qrgate.sqlite',
    'sqlite:///var/lib/qrgate.sqlite',
    'file:qrgate.sqlite',
    'qrgate.sqlite',
    '/var/lib/qrgate.sqlite',
    'postgres:db',
    'postgres:/db',
    'postgres://db:99999/x',
    'postgres://u:p%ss@[db/x',
    ' postgres://db/x',
    'postgresqls://db/x',
    'postgres://db/x?sslmode=on',
    'postgres://db/x?sslmode=allow',
    'postgres://db/x?sslmod=require',
    'postgres://db/x?sslmode=require&sslmode=disable',
    'postgres://u:p%ss@db/x',
    'sqlite:x.sqlite?mode=ro',
  ],
  REDIS_URL: [
    'http://redis',
    'redis://:r%pw@redis',
    'redis:host',
    'redis:/host',
    'redis://',
    'rediss:///0',
    'redis://host/name',
    'redis://host:port',
    'redis://host:99999',
    'unix:///run/redis.sock',
    'redis',
    'host:6379',
  ],
  PORT: ['0', '65536', 'http', '80.5', '-1', '0x50', ' 80'],
  HOST: ['::1%eth0', '127.1', 'http://127.0.0.1', '127.0.0.1:80', 'a b', '0'],
  PUBLIC_URL: [
    'gate.example.org',
    'https://a.example/path',
    'ftp://a.example',
    'https://',
    'https://$HOST',
    'https://*.example',
  ],
  QRGATE_PRIVACY_URL: ['www.example.org', 'javascript:alert(1)', 'mailto:a@example.org'],
  QRGATE_ALLOWED_ORIGINS: ['a.example', 'https://a.example/', 'https://*.example'],
  QRGATE_WEBHOOK_HOSTS: ['emr.internal', 'http://emr.internal:80', 'emr:0', 'emr:99999', '*:80'],
  QRGATE_REGISTRATION: ['yes', 'OPEN', 'true'],
  QRGATE_SEED_API: ['yes', 'true', '2'],
  QRGATE_LOG_LEVEL: ['INFO', 'verbose', '30'],
  QRGATE_TIME_ZONE: ['Seoul', '+09:00'],
  QRGATE_OPENING_HOURS: ['always', 'Mon 25:00-26:00'],
  QRGATE_LOG_DAYS: ['364', 'forever'],
  QRGATE_FRAME_SECONDS: ['0', '3s'],
  SECRET_KEY: ['short', `${key},${key}`],
  SECRET_KEYS_ACCEPTED: ['short', `${key},short`],
}

test('N48: each wrong setting is one sentence that names it, for serve and for demo', () => {
  for (const [name, texts] of Object.entries(wrong)) {
    for (const text of texts) {
      for (const mode of ['serve', 'demo'] as const) {
        const said = refused({ ...safe, [name]: text }, mode)
        assert.ok(said.startsWith(name), `${mode} ${name}=${text}: ${said}`)
        assert.match(said, /^[^\n]+\.$/, `${mode} ${name}=${text}`)
      }
    }
  }
})

test('N48: no sentence about an address that may hold a password repeats it', () => {
  for (const name of ['DATABASE_URL', 'REDIS_URL']) {
    for (const text of ['mysql://u:hunter2@db', 'postgres://u:hunter2@db:99999', 'redis:hunter2']) {
      const said = refused({ ...safe, [name]: text })
      assert.ok(said.startsWith(name), `${name}=${text}`)
      assert.doesNotMatch(said, /hunter2/)
    }
  }
})

test('what is right in another spelling is taken', () => {
  const database = (DATABASE_URL: string) =>
    readConfig({ ...safe, DATABASE_URL }, 'serve').databaseUrl
  assert.equal(
    database('Postgres://u:P%40ss@db/x?sslmode=require'),
    'postgres://u:P%40ss@db/x?sslmode=require',
  )
  assert.equal(database('postgresql://db/x'), 'postgresql://db/x')
  assert.equal(database('SQLite:Data/gate.db'), 'sqlite:Data/gate.db')
  const redis = (REDIS_URL: string) => readConfig({ ...safe, REDIS_URL }, 'serve').redisUrl
  for (const url of ['redis://host', 'rediss://u:p@host:6380/3', 'redis://[::1]:6379/']) {
    assert.equal(redis(url), url)
  }
  const proxies = '10.0.0.0/8, 127.0.0.1,::1,fc00::/7, ::ffff:10.0.0.0/104'
  const { trustedProxies } = readConfig({ ...safe, QRGATE_TRUSTED_PROXIES: proxies }, 'serve')
  assert.equal(trustedProxies.length, 5)
})

test('a database in memory is for demos alone', () => {
  const env = { ...safe, DATABASE_URL: 'sqlite::memory:' }
  assert.match(refused(env), /^DATABASE_URL must name a file/)
  assert.equal(refused(env, 'demo'), '')
})

/** @returns the path of a new file. */
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

test('N47: secrets may stand in files, whose last line end is no part of them', () => {
  const env = {
    PUBLIC_URL: safe.PUBLIC_URL,
    SECRET_KEY_FILE: file('key', `${key}\n`),
    SECRET_KEYS_ACCEPTED_FILE: file('accepted', `${key.toLowerCase()},${key.toUpperCase()}\r\n`),
    DATABASE_URL_FILE: file('database', 'postgres://u:p@db/x'),
    REDIS_URL_FILE: file('redis', 'redis://host\n'),
  }
  const config = readConfig(env, 'serve')
  assert.deepEqual(config.secretKeys, [key, key.toLowerCase(), key.toUpperCase()])
  assert.equal(config.databaseUrl, 'postgres://u:p@db/x')
  assert.equal(config.redisUrl, 'redis://host')
})

test('N47: a secret’s file that cannot be used is said by its setting’s name', () => {
  const closed = file('closed', key)
  chmodSync(closed, 0)
  const faults: [content: string, sentence: RegExp][] = [
    [join(folder, 'gone'), /^SECRET_KEY_FILE: .*gone cannot be read: it is not there\.$/],
    [folder, /^SECRET_KEY_FILE: .* cannot be read: it is a folder\.$/],
    [file('empty', ''), /^SECRET_KEY_FILE: .*empty is empty; it must hold the value of SECRET_KEY/],
    [file('line', '\n'), /^SECRET_KEY_FILE: .*line is empty/],
    [file('lines', `${key}\n${key}\n`), /^SECRET_KEY_FILE: .*lines has more than one line/],
    [
      file('binary', Buffer.from([0xff, 0xfe, 0x41])),
      /^SECRET_KEY_FILE: .* it is no UTF-8 text\.$/,
    ],
    [file('short', 'short'), /^SECRET_KEY must have at least 32 bytes\.$/],
    // Root reads what it likes.
    ...(process.getuid?.() === 0
      ? []
      : [[closed, /this user may not read it\.$/] as [string, RegExp]]),
  ]
  for (const [SECRET_KEY_FILE, sentence] of faults) {
    const said = refused({ PUBLIC_URL: safe.PUBLIC_URL, SECRET_KEY_FILE })
    assert.match(said, sentence)
    assert.ok(!said.includes('\n'), said)
  }
  const both = { ...safe, SECRET_KEY_FILE: file('both', key) }
  assert.equal(refused(both), 'SECRET_KEY and SECRET_KEY_FILE are both set; leave one of them out.')
  assert.equal(refused({ ...both, SECRET_KEY: '' }), '', 'an empty variable counts as none')
})
