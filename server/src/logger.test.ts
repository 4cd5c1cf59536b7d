import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

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
