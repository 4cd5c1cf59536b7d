import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import { rawLines } from './logger.ts'

const secrets = [
  'authorization',
  'cookie',
  'kiosk_secret',
  'password',
  'pwd',
  'receipt',
  'secretKeys',
  'set-cookie',
  'token',
]

/** Logs what the expressions say, each as a line, in a process of its own: it writes to standard output. */
function logged(...about: string[]): { lines: string[]; parsed: Record<string, unknown>[] } {
  const logger = JSON.stringify(new URL('logger.ts', import.meta.url).href)
  const calls = about.map(one => `log.info(${one}, 'something')`)
  const script = `const log = (await import(${logger})).createLogger('info')\n${calls.join('\n')}`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['-C', 'source', '--input-type=module', '--eval', script],
    { encoding: 'utf8' },
  )
  assert.equal(stderr, '')
  const lines = stdout.trim().split('\n')
  assert.equal(lines.length, about.length)
  return { lines, parsed: lines.map(line => JSON.parse(line)) }
}

test('N90: secrets are cut out of the log wherever they are named, and nothing else is', () => {
  const named = JSON.stringify(Object.fromEntries(secrets.map(name => [name, `canary of ${name}`])))
  const { lines, parsed } = logged(
    named,
    `{ request: { kiosk: 101, ...${named} } }`,
    `{ request: { headers: { accept: 'text/html', ...${named} } } }`,
    `{ requests: [{ id: 7, ...${named} }] }`,
  )
  for (const line of lines) assert.doesNotMatch(line, /canary/)
  const [flat, inRequest, inHeaders, inList] = parsed
  for (const name of secrets) assert.ok(!Object.hasOwn(flat ?? {}, name), name)
  assert.deepEqual(inRequest?.request, { kiosk: 101 })
  assert.deepEqual(inHeaders?.request, { headers: { accept: 'text/html' } })
  assert.deepEqual(inList?.requests, [{ id: 7 }])
})

test('N90: an address that cannot be read is not repeated, as it may hold a password', () => {
  const caught = `(() => {
    try {
      new URL('postgres://gate:canary@[')
    } catch (err) {
      return { err }
    }
  })()`
  const { lines, parsed } = logged(caught)
  assert.doesNotMatch(lines.join(), /canary/)
  const [line] = parsed
  assert.ok(line)
  const { code, stack } = line.err as { code: string; stack: string }
  assert.equal(code, 'ERR_INVALID_URL')
  assert.match(stack, /^TypeError: Invalid URL/)
})

test('N67: the lines of one turn are written together, and none below the level', async () => {
  const written: string[] = []
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      written.push(`${chunk}`)
      done()
    },
  })
  const write = rawLines(pino({ level: 'info', base: null }, sink))
  write('info', '"path":"first"')
  write('debug', '"path":"quiet"')
  write('info', '"path":"second"')
  assert.equal(written.length, 0)
  await turn()
  assert.equal(written.length, 1)
  const long = 'x'.repeat(1_000)
  for (let n = 0; n < 20; n += 1) write('info', `"long":"${long}"`)
  await turn()
  for (const part of written) assert.ok(part.length < 16_000, `${part.length} in one write`)
  written.splice(1)
  const lines = written.join('').trimEnd().split('\n')
  const paths = lines.map(line => JSON.parse(line) as { level: number; path: string })
  assert.deepEqual(
    paths.map(({ level, path }) => [level, path]),
    [
      [30, 'first'],
      [30, 'second'],
    ],
  )
})
