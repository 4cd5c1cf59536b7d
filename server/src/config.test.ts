import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from './config.ts'
import { OperatorError } from './operator-error.ts'
import { type Setting, type SettingName, settings } from './settings.ts'

const key = 'a secret key of these tests: 32 bytes'

/** What `serve` cannot do without. */
const safe = { SECRET_KEY: key, PUBLIC_URL: 'https://gate.example.org' }

function refuses(name: SettingName, values: readonly string[], others: NodeJS.ProcessEnv = {}) {
  for (const value of values) {
    assert.throws(
      () => readConfig({ ...others, [name]: value }, 'demo'),
      (error: unknown) => error instanceof OperatorError && error.message.includes(name),
      `${name}=${value}`,
    )
  }
}

test('a demo needs no setting at all', () => {
  const config = readConfig({}, 'demo')
  assert.equal(config.host, '0.0.0.0')
  assert.equal(config.port, 8080)
  assert.match(config.publicUrl, /^http:\/\/\d+\.\d+\.\d+\.\d+:8080$/)
  assert.equal(config.databaseUrl, 'sqlite:data/qrgate.sqlite')
  assert.deepEqual(config.secretKeys, [])
  assert.deepEqual(config.allowedOrigins, ['*'])
  assert.equal(config.registration, 'open')
  assert.deepEqual(config.site, { ko: '서울내과의원', en: 'Seoul Clinic' })
})

test('the place has a time zone, by default the machine’s, and opening hours', () => {
  const { timeZone: own } = Intl.DateTimeFormat().resolvedOptions()
  const none = readConfig({}, 'demo')
  assert.deepEqual([none.timeZone, none.openingHours], [own, []])
  const QRGATE_OPENING_HOURS = 'Sat 09:00-13:00'
  const seoul = readConfig({ QRGATE_TIME_ZONE: 'asia/seoul', QRGATE_OPENING_HOURS }, 'demo')
  assert.equal(seoul.timeZone, 'Asia/Seoul')
  assert.deepEqual(seoul.openingHours, [{ days: ['sat'], from: '09:00', to: '13:00' }])
  refuses('QRGATE_TIME_ZONE', ['Seoul', 'Asia/Nowhere', '+09:00', 'UTC+9'])
  refuses('QRGATE_OPENING_HOURS', ['always', 'Mon 22:00-02:00'])
})

test('the timings are those of the design', () => {
  const { timings, rotation } = readConfig(safe, 'serve')
  assert.deepEqual(timings, {
    pending: 300_000,
    scanned: 180_000,
    approved: 120_000,
    claimAgain: 120_000,
    visit: 600_000,
  })
  assert.deepEqual(rotation, { every: 3_000, acceptedLate: 30_000, acceptedEarly: 3_000 })
})

test('outside demo mode sign-up is closed and no other origin may call, unless said otherwise', () => {
  const config = readConfig(safe, 'serve')
  assert.equal(config.registration, 'closed')
  assert.deepEqual(config.allowedOrigins, [])
  const open = readConfig(
    {
      ...safe,
      QRGATE_REGISTRATION: 'open',
      QRGATE_ALLOWED_ORIGINS: 'https://a.example, https://b.example,',
    },
    'serve',
  )
  assert.equal(open.registration, 'open')
  assert.deepEqual(open.allowedOrigins, ['https://a.example', 'https://b.example'])
})

test('serve names everything that is missing or unsafe, all at once', () => {
  const message = (env: NodeJS.ProcessEnv) => {
    try {
      readConfig(env, 'serve')
      return ''
    } catch (error) {
      assert.ok(error instanceof OperatorError)
      return error.message
    }
  }
  assert.match(message({}), /SECRET_KEY.*\n.*PUBLIC_URL/)
  assert.match(message({ ...safe, PUBLIC_URL: 'http://192.168.0.7:8080' }), /^PUBLIC_URL/)
  assert.match(message({ ...safe, SECRET_KEY: 'short' }), /^SECRET_KEY must have at least 32 bytes/)
  assert.equal(message(safe), '')
})

test('the seed API is open in demo mode, and in serve mode only where it is asked for', () => {
  assert.equal(readConfig({}, 'demo').seedApi, true)
  assert.equal(readConfig(safe, 'serve').seedApi, false)
  assert.equal(readConfig({ ...safe, QRGATE_SEED_API: '1' }, 'serve').seedApi, true)
  refuses('QRGATE_SEED_API', ['yes', 'true', '2'])
})

test('an empty variable counts as none', () => {
  const empty = Object.fromEntries(Object.keys(settings).map(name => [name, '']))
  assert.deepEqual(readConfig(empty, 'demo'), readConfig({}, 'demo'))
})

test('every number outside its bounds is refused by name', () => {
  const names = Object.keys(settings) as SettingName[]
  const bounded = names.filter(name => 'least' in settings[name])
  assert.ok(bounded.length > 5)
  for (const name of bounded) {
    const { least = 0, most = 0 }: Setting = settings[name]
    refuses(name, [`${least - 1}`, `${most + 1}`, 'many', '3 s', 'NaN', 'Infinity', '-1', ' '])
    readConfig({ [name]: `${least}` }, 'demo')
    readConfig({ [name]: `${most}` }, 'demo')
  }
})

test('a port is a whole number', () => {
  refuses('PORT', ['80.5', '0'])
})

test('S129: a secret key that is too short is refused, counted in bytes', () => {
  refuses('SECRET_KEY', ['x', 'YOUR_JWT_SECRET_KEY', 'x'.repeat(31)])
  assert.deepEqual(readConfig({ SECRET_KEY: '열쇠'.repeat(6) }, 'demo').secretKeys.length, 1)
})

test('N19: serve refuses a key that can be guessed, a current and an accepted one, in one sentence each', () => {
  const message = (env: NodeJS.ProcessEnv) => {
    try {
      readConfig({ ...safe, ...env }, 'serve')
      return ''
    } catch (error) {
      assert.ok(error instanceof OperatorError)
      return error.message
    }
  }
  const weak = 'a'.repeat(40)
  const sentence = /^SECRET_KEY can be guessed: .*; make one with: openssl rand -base64 48$/
  assert.match(message({ SECRET_KEY: weak }), sentence)
  assert.match(message({ SECRET_KEY: 'YOUR_JWT_SECRET_KEY_change_me_now' }), sentence)
  assert.match(message({ SECRET_KEYS_ACCEPTED: `${key},${weak}` }), /^SECRET_KEYS_ACCEPTED can be/)
  assert.ok(!message({ SECRET_KEY: weak }).includes(weak), 'a key is never repeated')
  assert.equal(message({ SECRET_KEY: 'short' }).split('\n').length, 1)
  assert.equal(readConfig({ SECRET_KEY: weak }, 'demo').secretKeys.length, 1)
})

test('S129: an accepted key that is too short is refused too', () => {
  refuses('SECRET_KEYS_ACCEPTED', ['x', `${key},short`], { SECRET_KEY: key })
})

test('the current key comes first, then the accepted ones', () => {
  const older = 'the secret key of last year: 32 bytes'
  const { secretKeys } = readConfig({ ...safe, SECRET_KEYS_ACCEPTED: ` ${older} ,` }, 'serve')
  assert.deepEqual(secretKeys, [key, older])
})

test('S128: an accepted key is never taken for the current one', () => {
  for (const mode of ['demo', 'serve'] as const) {
    assert.throws(() => readConfig({ SECRET_KEYS_ACCEPTED: key }, mode), /SECRET_KEY\b/)
  }
})

test('the public address is an origin and nothing more', () => {
  const of = (PUBLIC_URL: string) => readConfig({ PUBLIC_URL }, 'demo').publicUrl
  assert.equal(of('https://gate.example.org'), 'https://gate.example.org')
  assert.equal(of('https://gate.example.org/'), 'https://gate.example.org')
  assert.equal(of('HTTPS://Gate.Example.ORG:443'), 'https://gate.example.org')
  assert.equal(of('http://192.168.0.7:8080'), 'http://192.168.0.7:8080')
  const wrong = [
    'gate.example.org',
    'ftp://gate.example.org',
    'https://gate.example.org/gate',
    'https://',
  ]
  refuses('PUBLIC_URL', wrong)
  refuses('PUBLIC_URL', [
    'https://a:b@gate.example.org',
    'https://gate.example.org/?a',
    'https://g/#a',
  ])
})

test('without a public address it is the host and port, where they can be reached', () => {
  const of = (HOST: string) => readConfig({ HOST, PORT: '9000' }, 'demo').publicUrl
  assert.equal(of('127.0.0.1'), 'http://127.0.0.1:9000')
  assert.equal(of('::1'), 'http://[::1]:9000')
  assert.equal(of('gate.local'), 'http://gate.local:9000')
  assert.doesNotMatch(of('::'), /\[|0\.0\.0\.0/)
})

test('whether people may sign up, and how much is logged, are one of a few words', () => {
  refuses('QRGATE_REGISTRATION', ['yes', 'true', 'Open'])
  refuses('QRGATE_LOG_LEVEL', ['loud', 'INFO!', '3'])
})

test('an allowed origin that is none is refused by name', () => {
  refuses('QRGATE_ALLOWED_ORIGINS', ['a.example', 'https://a.example/page', 'https://a.example,b'])
})

test('the data folder moves the database with it', () => {
  const { databaseUrl, dataDir } = readConfig(
    { ...safe, QRGATE_DATA_DIR: '/var/lib/qrgate' },
    'serve',
  )
  assert.equal(dataDir, '/var/lib/qrgate')
  assert.equal(databaseUrl, 'sqlite:/var/lib/qrgate/qrgate.sqlite')
})

test('every setting says what it is for, in one line', () => {
  for (const [name, { about }] of Object.entries(settings)) {
    assert.match(about, /^\S[^\n]+\.$/, name)
  }
})

test('an address with an unescaped password is refused, and the password is not repeated', () => {
  for (const name of ['DATABASE_URL', 'REDIS_URL']) {
    assert.throws(
      () => readConfig({ [name]: 'postgres://gate:se/cret#X@db/gate' }, 'demo'),
      (error: Error) => error.message.includes(name) && !error.message.includes('cret'),
    )
  }
})

test('proxies are trusted by address or range only', () => {
  const trusted = (value: string) => readConfig({ QRGATE_TRUSTED_PROXIES: value }, 'demo')
  assert.deepEqual(trusted('10.0.0.0/8, ::1').trustedProxies, ['10.0.0.0/8', '::1'])
  assert.throws(() => trusted('caddy'), /QRGATE_TRUSTED_PROXIES/)
})

test('N48: a range that is none, or that is everybody, is refused before anything starts', () => {
  const wrong = [
    '10.0.0.0/99',
    '10.0.0.0/',
    '10.0.0.0/x',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '/8',
    '10.1',
  ]
  for (const range of [...wrong, '::/129', '::/', '0.0.0.0/0', '::/0', 'loopback', '1.2.3.4:80']) {
    const fault = { message: new RegExp(`^QRGATE_TRUSTED_PROXIES .*, not "${range}"\\.$`) }
    assert.throws(() => readConfig({ QRGATE_TRUSTED_PROXIES: range }, 'demo'), fault, range)
  }
  for (const range of ['10.0.0.7/32', 'fd00::/8', '::ffff:10.0.0.0/104', 'fe80::1']) {
    readConfig({ QRGATE_TRUSTED_PROXIES: range }, 'demo')
  }
})

test('hosts of webhooks are written as the addresses of endpoints are', () => {
  const of = (value: string) => readConfig({ QRGATE_WEBHOOK_HOSTS: value }, 'demo').webhookHosts
  assert.deepEqual(of(''), [])
  assert.deepEqual(of(' EMR.internal:80, 127.0.0.1:03000 ,reception:443,'), [
    'emr.internal:80',
    '127.0.0.1:3000',
    'reception:443',
  ])
  assert.deepEqual(of('[FD00:0::7]:8443,2130706433:80,병원.example:1'), [
    '[fd00::7]:8443',
    '127.0.0.1:80',
    'xn--om3bw6p.example:1',
  ])
})

test('S164 a host of webhooks without its port, with more than that, or a pattern is refused', () => {
  const wrong = [
    ...['emr.internal', 'emr.internal:', ':80', 'emr.internal:0', 'emr.internal:65536', 'a:-1'],
    ...['http://emr.internal:80', 'emr.internal:80/x', 'emr.internal:80:80', 'a@b:80', 'a b:80'],
    ...['*:80', '*.internal:443', '10.0.0.0/8:80', '256.1:1', 'a%2eb:80'],
    ...['::1:80', '[::1]', '[::1%lo]:80', '[x]:1'],
  ]
  for (const host of wrong) {
    const like = 'takes hosts with their port like emr.internal:8443'
    const fault = new OperatorError(`QRGATE_WEBHOOK_HOSTS ${like}, not "${host}".`)
    assert.throws(() => readConfig({ QRGATE_WEBHOOK_HOSTS: host }, 'demo'), fault, host)
  }
})

test('S165 an address that no webhook may ever go to is refused at the start, in any spelling', () => {
  const hosts = ['169.254.169.254:80', '0xa9fea9fe:80', '[fe80::1]:80', '[::ffff:a9fe:a9fe]:80']
  for (const host of [
    ...hosts,
    '[64:ff9b::a9fe:a9fe]:443',
    '0.0.0.0:80',
    '[::]:80',
    '224.0.0.1:80',
  ]) {
    const value = `emr.internal:80,${host}`
    assert.throws(
      () => readConfig({ QRGATE_WEBHOOK_HOSTS: value }, 'demo'),
      /^OperatorError: QRGATE_WEBHOOK_HOSTS: \S+ is link-local, .*; no webhook ever goes there\.$/,
      host,
    )
  }
})

test('the public address is an origin as browsers write it', () => {
  assert.equal(readConfig({ HOST: '127.0.0.1', PORT: '80' }, 'demo').publicUrl, 'http://127.0.0.1')
})

test('S128: a secret key that could not be listed among others is refused', () => {
  assert.throws(() => readConfig({ SECRET_KEY: `${'k'.repeat(40)},` }, 'demo'), /comma/)
})
