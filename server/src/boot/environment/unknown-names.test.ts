import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingNames } from '../../settings.ts'
import { editDistance } from './edit-distance.ts'
import { unknownNames } from './unknown-names.ts'

test('N47: a misspelt name is said, with the one that is meant', () => {
  const meant: Record<string, string> = {
    QRGATE_SITE_NAMES: 'QRGATE_SITE_NAME',
    QRGATE_TRUSTED_PROXY: 'QRGATE_TRUSTED_PROXIES',
    QRGATE_DATADIR: 'QRGATE_DATA_DIR',
    QRGATE_LOG_LEVLE: 'QRGATE_LOG_LEVEL',
    qrgate_log_level: 'QRGATE_LOG_LEVEL',
    QR_GATE_LOG_LEVEL: 'QRGATE_LOG_LEVEL',
    QRGATE_PUBLIC_URL: 'PUBLIC_URL',
    QRGATE_PORT: 'PORT',
  }
  for (const [name, setting] of Object.entries(meant)) {
    const said = `${name} is no setting and counts for nothing; is ${setting} meant?`
    assert.deepEqual(unknownNames([name], []), [said])
    assert.deepEqual(unknownNames([name], [name]), [said], 'once')
  }
  assert.match(
    unknownNames(['QRGATE_COLOUR_OF_THE_SKY'], [])[0] ?? '',
    /docs\/config\.md lists them$/,
  )
})

test('N47: names without our prefix are suspected only in a .env file', () => {
  const meant: Record<string, string> = {
    PUBLIC_URLS: 'PUBLIC_URL',
    DATABSE_URL: 'DATABASE_URL',
    SECRETKEY: 'SECRET_KEY',
    SECRET_KEYS: 'SECRET_KEY',
    public_url: 'PUBLIC_URL',
    SITE_NAME: 'QRGATE_SITE_NAME',
    TRUSTED_PROXIES: 'QRGATE_TRUSTED_PROXIES',
  }
  for (const [name, setting] of Object.entries(meant)) {
    assert.match(unknownNames([], [name])[0] ?? '', new RegExp(`is ${setting} meant`), name)
    assert.deepEqual(unknownNames([name], []), [])
  }
})

test('N47: settings and what others keep beside them are not suspected', () => {
  const others = [
    'POSTGRES_PASSWORD',
    'RECEPTION_PORT',
    'RECEPTION_PUBLIC_URL',
    'PATH',
    'TZ',
    'NODE_ENV',
  ]
  const proxys = ['QRGATE_HOST', 'QRGATE_NODES', 'QRGATE_TLS', 'QRGATE_TEST_MINUTES']
  const names = [...settingNames, ...others, ...proxys]
  assert.deepEqual(unknownNames(names, names), [])
  assert.ok(settingNames.includes('SECRET_KEY_FILE'))
})

test('what Node reads before any .env file is said to be too late there', () => {
  for (const name of ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'UV_THREADPOOL_SIZE']) {
    assert.match(unknownNames([], [name])[0] ?? '', /too late; set it outside$/)
    assert.deepEqual(unknownNames([name], []), [])
  }
})

test('the distance of two words counts letters put in, taken out, changed and swapped', () => {
  const distances: [string, string, number][] = [
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'ab', 1],
    ['abc', 'axc', 1],
    ['abc', 'acb', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ]
  for (const [a, b, distance] of distances) {
    assert.equal(editDistance(a, b), distance, `${a} ${b}`)
    assert.equal(editDistance(b, a), distance, `${b} ${a}`)
  }
})
