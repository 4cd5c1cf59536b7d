import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { paths } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { stored } from '../support/database.ts'
import type { Gate } from '../support/gate.ts'
import { hang, until } from '../support/patience.ts'
import { exchange, openRaw, request } from '../support/raw-http.ts'
import { upgradeHeaders } from '../support/raw-socket.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, visitor } from '../support/visitor.ts'

const json = { 'content-type': 'application/json' }
const start = `POST ${paths.signIns}`

attack(
  'S075 requests of two minds about their length are refused and smuggle nothing',
  async gate => {
    const { url } = gate
    const host = `host: ${new URL(url).host}`
    const smuggled = `GET /smuggled HTTP/1.1\r\n${host}\r\n\r\n`
    const lines = (...more: string[]) => [`${start} HTTP/1.1`, host, ...more, '', ''].join('\r\n')
    const chunked = 'transfer-encoding: chunked'
    const cases: Record<string, string> = {
      'CL and TE': `${lines('content-length: 5', chunked)}0\r\n\r\n${smuggled}`,
      'TE and CL': `${lines(chunked, 'content-length: 500')}0\r\n\r\n${smuggled}`,
      'two CL': `${lines('content-length: 2', 'content-length: 70')}{}${smuggled}`,
      'a list of CL': `${lines('content-length: 2, 2')}{}${smuggled}`,
      'a signed CL': `${lines('content-length: +2')}{}${smuggled}`,
      'a negative CL': `${lines('content-length: -2')}{}${smuggled}`,
      'a hexadecimal CL': `${lines('content-length: 0x2')}{}${smuggled}`,
      'TE twice': `${lines(chunked, 'transfer-encoding: identity')}0\r\n\r\n${smuggled}`,
      'TE misspelled': `${lines('transfer-encoding: xchunked')}0\r\n\r\n${smuggled}`,
      'TE with a tab': `${lines('transfer-encoding:\tchunked\x0b')}0\r\n\r\n${smuggled}`,
      'a space before the colon': `${lines('content-length : 2')}{}${smuggled}`,
      'a folded header': `${lines('x-a: b', ' content-length: 2')}{}${smuggled}`,
      'a bare line feed': `${start} HTTP/1.1\n${host}\n\n${smuggled}`,
      'a bare line feed in a header': `${lines('x-a: b\ncontent-length: 2')}{}${smuggled}`,
      'a NUL in a header': `${lines('x-a: b\u0000c')}${smuggled}`,
      'a chunk size that is none': `${lines(chunked)}zz\r\n{}\r\n0\r\n\r\n${smuggled}`,
      'a chunk size beyond all numbers': `${lines(chunked)}ffffffffffffffff1\r\n{}\r\n${smuggled}`,
      'a chunk that ends elsewhere': `${lines(chunked)}2\r\n{}XX0\r\n\r\n${smuggled}`,
      'no such version': `${start} HTTP/9.9\r\n${host}\r\n\r\n${smuggled}`,
      'no version': `${start}\r\n\r\n${smuggled}`,
    }
    for (const [name, bytes] of Object.entries(cases)) {
      const { status, text } = await exchange(url, bytes)
      assert.ok([0, 400, 413, 415, 505].includes(status), `${name}: ${status}`)
      assert.ok(!text.includes('HTTP/1.1 404'), `${name} reached a second request`)
    }
    assert.ok(!gate.log().includes('"status":404'))
  },
)

attack('S075 a body that is too long, too deep, zipped or no text is refused', async gate => {
  await addAccount(gate)
  const { url } = gate
  const token = await new SeedClient(url).start()
  const line = `POST /api/qr/auth/${token}`
  const bomb = gzipSync(Buffer.alloc(10 * 2 ** 20))
  const keys = Array.from({ length: 1_200 }, (_, n) => `"k${n}":1`).join()
  const cases: [string, number[], string, string | Buffer, Record<string, string>?][] = [
    ['17 KB', [413], line, `{"id":"${'x'.repeat(17_000)}","pwd":"x"}`],
    ['a gigabyte announced', [413], line, '{', { 'content-length': '1000000000' }],
    ['deep arrays', [422], line, '['.repeat(16_000)],
    ['deep objects', [422], line, `${'{"a":'.repeat(2_600)}1${'}'.repeat(2_600)}`],
    ['many keys', [422], line, `{${keys}}`],
    ['NaN', [422], line, '{"id":NaN,"pwd":1}'],
    ['nothing', [422], line, ''],
    ['invalid UTF-8', [401, 422], line, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['a BOM', [401, 422], line, '\ufeff{"id":"hong","pwd":"x"}'],
    ['gzip', [415, 422], line, gzipSync('{"id":"hong","pwd":"x"}'), { 'content-encoding': 'gzip' }],
    ['a gzip bomb', [413, 415, 422], line, bomb, { 'content-encoding': 'gzip' }],
    ['UTF-16', [422], line, Buffer.from('{"id":"hong","pwd":"x"}', 'utf16le')],
    ['deep on v1', [400], start, '['.repeat(16_000)],
    ['17 KB on v1', [413], start, `{"a":"${'x'.repeat(17_000)}"}`],
  ]
  for (const [name, statuses, to, body, headers] of cases) {
    const length = `${Buffer.byteLength(body)}`
    const head = request(url, to, { ...json, 'content-length': length, ...headers })
    const { status } = await exchange(url, [head, body])
    assert.ok(statuses.includes(status), `${name}: ${status}`)
  }
  const chunk = `${(8_192).toString(16)}\r\n${'x'.repeat(8_192)}\r\n`
  const endless = request(url, line, { ...json, 'transfer-encoding': 'chunked' })
  const { status } = await exchange(url, [endless, ...Array.from({ length: 200 }, () => chunk)])
  assert.ok([0, 413].includes(status), `${status} for an endless chunked body`)
  assert.deepEqual(stored(gate.dataDir).sign_ins, [])
})

const upgrading = Object.entries(upgradeHeaders()).map(([name, value]) => `${name}: ${value}`)

attack('N23 who does not name one good host, once, is refused before anything else', async gate => {
  const { url } = gate
  const { host, port } = new URL(url)
  const ask = async (line: string, lines: readonly string[], version = '1.1') => {
    const more = line.endsWith(paths.kiosk) ? upgrading : ['connection: close']
    return exchange(url, `${[`${line} HTTP/${version}`, ...lines, ...more].join('\r\n')}\r\n\r\n`)
  }
  const lines = ['GET /healthz', 'GET /kiosk', 'GET /assets/x.js', 'GET /nothing', 'GET /q/x']
  const upgrades = [`GET ${paths.kiosk}`, `POST ${paths.kiosk}`]
  const all = [...lines, `OPTIONS ${paths.signIns}`, start, 'GET /api/qr/start', ...upgrades]
  const wrong = [
    '',
    ' ',
    'a b',
    'a@b',
    `visitor:secret@${host}`,
    'a, b',
    'a/b',
    'a?b',
    'a#b',
    'a\\b',
  ]
  const odd = ['a:b', 'a:80:80', 'a:123456', '[::1', '::1', '[]', '[1.2.3.4]', '[::x]', '[::1]a']
  const signs = [
    '<a>',
    '"a"',
    'a;b',
    'a,b',
    '한국',
    '%61',
    'a\tb',
    '*',
    'http://a',
    '[fe80::1%25a]',
  ]
  const cases = [
    [],
    [`host: ${host}`, `host: ${host}`],
    [`host: ${host}`, 'Host: evil.example'],
    ['HOST: evil.example', 'x-a: b', `host: ${host}`],
    ...[...wrong, ...odd, ...signs].map(value => [`host: ${value}`]),
  ]
  for (const hosts of cases) {
    for (const line of all) {
      const { status, text } = await ask(line, hosts)
      assert.equal(status, 400, `${line} ${hosts}`)
      assert.match(text, /^x-content-type-options: nosniff\r$/m)
      assert.match(text, /"code":"malformed"/, `${line} ${hosts}`)
    }
  }
  for (const value of [
    host,
    'gate.example.org',
    'a_b.',
    '[::1]',
    `[::ffff:7f00:1]:${port}`,
    'a:',
  ]) {
    assert.equal((await ask('GET /healthz', [`host: ${value}`])).status, 200, value)
  }
  // A load balancer's check of old (RFC 9112 §3.2 asks for the header from HTTP/1.1 on).
  assert.equal((await ask('GET /healthz', [], '1.0')).status, 200)
  for (const hosts of [['host: a', 'host: a'], ['host: a b']]) {
    assert.equal((await ask('GET /healthz', hosts, '1.0')).status, 400)
  }
})

/** Opens connections that each send one byte more, now and then, until the test is over. */
function drip(t: TestContext, { url, connections }: Gate, count: number, begin: string) {
  const before = connections.size
  const sockets = Array.from({ length: count }, () => openRaw(url))
  for (const socket of sockets) {
    socket.resume()
    socket.write(begin)
  }
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x')
  }, 200)
  t.after(() => {
    clearInterval(timer)
    for (const socket of sockets) socket.destroy()
  })
  return {
    open: () => sockets.filter(socket => !socket.closed).length,
    begun: () => until('the gate has them all', () => connections.size >= before + count),
    closed: () => Promise.all(sockets.map(socket => socket.closed || once(socket, 'close'))),
  }
}

attack('S075 hundreds of slow requests keep nobody waiting and are hung up on', async (gate, t) => {
  await addAccount(gate)
  const { server } = gate.app.server
  assert.deepEqual([server.headersTimeout, server.requestTimeout], [10_000, 15_000])
  // So long that none of them ends while others are served.
  server.headersTimeout = hang
  server.requestTimeout = hang
  const host = new URL(gate.url).host
  const slowHead = drip(t, gate, 200, `GET /healthz HTTP/1.1\r\nhost: ${host}\r\nx-slow: `)
  await slowHead.begun()
  const length = { ...json, 'content-length': '5000' }
  const slowBody = drip(t, gate, 200, request(gate.url, start, length, '{"a":"'))
  await slowBody.begun()
  const client = new SeedClient(gate.url)
  for (let round = 0; round < 20; round += 1) {
    const token = await client.start()
    assert.equal((await client.auth(token, visitor.id, visitor.password)).status, 200)
  }
  assert.equal(slowHead.open() + slowBody.open(), 400, 'twenty were served before any of them')

  // They have begun long ago by now, and are looked at every second.
  server.headersTimeout = 1
  server.requestTimeout = 1
  await Promise.all([slowHead.closed(), slowBody.closed()])
})

attack(
  'N10 whoever says nothing, or not all of its headers, is hung up on for good',
  async (gate, t) => {
    const { connections, url } = gate
    const { server } = gate.app.server
    // The longest of the time-outs would end them too, but much later.
    server.timeout = 0
    const before = connections.size
    const words = [
      '',
      'GET',
      'GET /healthz HTTP/1.1\r\n',
      'GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ',
    ]
    const sockets = words.flatMap(said =>
      Array.from({ length: 10 }, () => {
        const socket = openRaw(url, true)
        socket.write(said)
        return socket
      }),
    )
    t.after(() => {
      for (const socket of sockets) socket.destroy()
    })
    await until('the gate has them all', () => connections.size >= before + sockets.length)
    assert.equal(server.headersTimeout, 10_000)
    server.headersTimeout = 1
    await until('the gate has let go of them all', () => connections.size <= before)
  },
)

attack('N10 an upgrade to an address that cannot be read is answered and let go of', async gate => {
  const { connections, url } = gate
  for (const [status, path] of [
    [400, '/%E0%A4%A'],
    [414, `/q/${'A'.repeat(2_000)}`],
  ] as const) {
    const socket = openRaw(url, true)
    socket.write(request(url, `GET ${path}`, upgradeHeaders()))
    const [answer] = await once(socket, 'data')
    assert.match(String(answer), new RegExp(`^HTTP/1\\.1 ${status} `))
    await until('the gate has let go of it', () => connections.size === 0)
  }
})
