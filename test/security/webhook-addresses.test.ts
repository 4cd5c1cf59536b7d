import assert from 'node:assert/strict'
import http from 'node:http'
import { type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { type Address, type Lookup, systemLookup } from '../../server/src/webhooks/address.ts'
import { createWebhookPost } from '../../server/src/webhooks/post.ts'
import { selfSigned, trust } from '../support/certificate.ts'
import { startReceiver } from '../support/webhook-receiver.ts'

const secrets = [`whsec_${Buffer.from('the webhook secret of this test!').toString('base64')}`]
const webhook = { client: 'clinic', id: 'a', secrets, body: '{}' }
const clock = () => 1_800_000_000_000
const loopback: Address = { address: '127.0.0.1', family: 4 }

const unasked: Lookup = host => assert.fail(`${host} was resolved`)
const addresses = (...all: string[]): Lookup => {
  return async () => all.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
}

/** What comes of one webhook to an endpoint: its status, or why it was not sent. */
async function sent(url: string, allowed: string[] = [], lookup: Lookup = unasked) {
  const answer = await createWebhookPost({ allowed, clock, lookup })({ url, ...webhook })
  return answer.kind === 'answered' ? answer.status : answer.why
}

/** A receiver at 127.0.0.1, and how often anybody has knocked there. */
async function startVictim(t: TestContext) {
  const { port, connections } = await startReceiver(t)
  const untouched = (what: string) => assert.equal(connections(), 0, what)
  return { port, untouched }
}

test('S153 no spelling of an address inside leads there', async t => {
  const { port, untouched } = await startVictim(t)
  const hosts = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '0177.0.0.1',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '127。0。0。1',
    '0',
    '0.0.0.0',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[2002:7f00:1::]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::127.0.0.1]',
    '[2001:0:808:808::80ff:fffe]',
  ]
  for (const host of hosts) {
    assert.equal(await sent(`https://${host}:${port}/`), 'address_refused', host)
    assert.equal(await sent(`http://${host}:${port}/`), 'address_refused', host)
  }
  untouched('nobody has listed it')
})

test('S154 nothing private and nothing link-local is dialled, by number or by name', async () => {
  const refused = [
    ...['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['100.64.0.1', '127.8.8.8', '169.254.169.254', '169.254.170.2', '192.0.0.192', '224.0.0.1'],
    ...['255.255.255.255', '198.18.0.1', '240.0.0.1', '100.100.100.200', '0.0.0.0'],
    ...['fd00:ec2::254', 'fc00::1', 'fe80::1', 'fec0::1', 'ff02::1', '2001:db8::1', '::'],
    ...['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::'],
  ]
  for (const address of refused) {
    const host = address.includes(':') ? `[${address}]` : address
    assert.equal(await sent(`https://${host}/`), 'address_refused', address)
    const named = sent('https://emr.example.org/', [], addresses(address))
    assert.equal(await named, 'address_refused', address)
  }
})

test('S155 link-local, unspecified, multicast and reserved stay refused where they are listed', async () => {
  const hosts = ['169.254.169.254', '0.0.0.0', '224.0.0.1', '255.255.255.255', '240.0.0.1']
  const more = ['[fe80::1]', '[::]', '[ff02::1]', '[::ffff:a9fe:a9fe]', '[64:ff9b::a9fe:a9fe]']
  for (const host of [...hosts, ...more, '[2002:a9fe:a9fe::]', '[::a9fe:a9fe]']) {
    const allowed = [`${host}:80`, `${host}:443`]
    for (const scheme of ['http', 'https']) {
      assert.equal(await sent(`${scheme}://${host}/`, allowed), 'address_refused', host)
    }
  }
  const listed = ['emr.internal:80']
  for (const address of ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '::1%lo', '0.0.0.0']) {
    const named = sent('http://emr.internal/', listed, addresses(address))
    assert.equal(await named, 'address_refused', address)
  }
})

test('S156 an interface in an address, a password and other schemes are refused', async t => {
  const { port, untouched } = await startVictim(t)
  const allowed = [`127.0.0.1:${port}`, `[::1]:${port}`]
  const urls = [
    `http://[::1%25lo]:${port}/`,
    `http://[::1%lo]:${port}/`,
    'https://[fe80::1%25eth0]/',
    `http://user@127.0.0.1:${port}/`,
    `http://user:password@127.0.0.1:${port}/`,
    `https://emr.example.org@127.0.0.1:${port}/`,
    `ftp://127.0.0.1:${port}/`,
    `ws://127.0.0.1:${port}/`,
    'file:///etc/passwd',
    'data:,x',
    `//127.0.0.1:${port}/`,
    '',
  ]
  for (const url of urls) assert.equal(await sent(url, allowed), 'address_refused', url)
  untouched('no such endpoint is dialled')
})

test('S157 a name that means this machine is refused, whatever its dots', async t => {
  const { port, untouched } = await startVictim(t)
  for (const host of ['localhost', 'LOCALHOST', 'localhost.']) {
    for (const scheme of ['http', 'https']) {
      const outcome = await sent(`${scheme}://${host}:${port}/`, [], systemLookup)
      // Not every resolver knows the name with a dot.
      if (host !== 'localhost.') assert.equal(outcome, 'address_refused', host)
      assert.ok(['address_refused', 'unresolved'].includes(`${outcome}`), `${host} ${outcome}`)
    }
  }
  const dotted = await sent(`https://localhost.:${port}/`, [], addresses('127.0.0.1'))
  assert.equal(dotted, 'address_refused')
  untouched('it is nowhere listed')
})

test('S158 what is listed is one host at one port, as it is written', async t => {
  const { port, untouched } = await startVictim(t)
  const inside = addresses('127.0.0.1')
  const refused = [
    [`http://emr.test:${port}/`, 'emr.test:80'],
    [`http://emr.test:${port}/`, `other.test:${port}`],
    [`http://a.emr.test:${port}/`, `emr.test:${port}`],
    [`http://emr.test.:${port}/`, `emr.test:${port}`],
    // An address inside is not listed with the name that leads there, nor with another address.
    [`http://127.0.0.1:${port}/`, `emr.test:${port}`],
    [`http://127.0.0.1:${port}/`, `localhost:${port}`],
    [`http://127.0.0.1:${port}/`, `127.0.0.2:${port}`],
  ] as const
  for (const [url, host] of refused) {
    assert.equal(await sent(url, [host], inside), 'address_refused', `${url} ${host}`)
  }
  untouched('none of these lists it')
})

test('a listed host is reached over http inside one’s own network', async t => {
  const { port, received } = await startReceiver(t)
  const listed = [`127.0.0.1:${port}`, `emr.test:${port}`, `emr.test.:${port}`]
  const inside = addresses('127.0.0.1')
  for (const host of ['127.0.0.1', '2130706433', 'emr.test', 'EMR.test', 'emr.test.']) {
    assert.equal(await sent(`http://${host}:${port}/`, listed, inside), 200, host)
  }
  const hosts = received.map(({ headers }) => headers.host)
  assert.deepEqual(new Set(hosts), new Set(listed))
})

test('S159 a redirect is a failure, and is not followed', async t => {
  const { port: victim, untouched } = await startVictim(t)
  for (const status of [300, 301, 302, 303, 304, 307, 308]) {
    const { port } = await startReceiver(t, {
      answer: (_request, response) => {
        response.writeHead(status, { location: `http://127.0.0.1:${victim}/` }).end()
      },
    })
    // Not even where it leads to what is listed as well.
    const allowed = [`127.0.0.1:${port}`, `127.0.0.1:${victim}`]
    assert.equal(await sent(`http://127.0.0.1:${port}/`, allowed), 'redirect', `${status}`)
  }
  untouched('it was only the target of redirects')
})

test('S160 a name is resolved once, and what was judged is what is dialled', async t => {
  const receiver = await startReceiver(t)
  const { port } = receiver
  const other = await startReceiver(t, { host: '127.0.0.2', port })
  let asked = 0
  const rebinding: Lookup = async () => {
    asked += 1
    return [asked === 1 ? loopback : { address: '127.0.0.2', family: 4 }]
  }
  assert.equal(await sent(`http://emr.test:${port}/`, [`emr.test:${port}`], rebinding), 200)
  assert.deepEqual([asked, receiver.connections(), other.connections()], [1, 1, 0])
})

test('S161 of a name with several addresses only those that are allowed are dialled', async t => {
  const receiver = await startReceiver(t)
  const { port } = receiver
  const listed = [`emr.test:${port}`]
  const mixed = addresses('169.254.169.254', 'fe80::1', '0.0.0.0', '127.0.0.1')
  assert.equal(await sent(`http://emr.test:${port}/`, listed, mixed), 200)
  assert.equal(receiver.connections(), 1)
  const none = addresses('10.0.0.1', '::1', '169.254.169.254')
  assert.equal(await sent('https://emr.test/', [], none), 'address_refused')
})

test('S162 https is believed only with a certificate that is trusted for that very name', async t => {
  const certificate = selfSigned(t, 'emr.test')
  const asked: unknown[] = []
  const receiver = await startReceiver(t, {
    certificate,
    answer: ({ socket }, response) => {
      asked.push((socket as TLSSocket).servername)
      response.end()
    },
  })
  const { port } = receiver
  const names = ['emr.test', 'emr.test.', 'other.test', '127.0.0.1']
  const listed = names.map(name => `${name}:${port}`)
  const to = (name: string) => sent(`https://${name}:${port}/`, listed, addresses('127.0.0.1'))
  // The variable that turns verifying off in a whole process turns off nothing here.
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
  for (const name of names) assert.equal(await to(name), 'tls', name)
  assert.deepEqual(receiver.received, [])

  trust(certificate)
  assert.deepEqual(await Promise.all(names.map(to)), [200, 200, 'tls', 'tls'])
  assert.deepEqual(asked, ['emr.test', 'emr.test'], 'server names have no dot at their end')
})

test('a listed address is reached over https with a certificate for that address', async t => {
  const certificate = selfSigned(t, '127.0.0.1')
  trust(certificate)
  const { port } = await startReceiver(t, { certificate })
  assert.equal(await sent(`https://127.0.0.1:${port}/`, [`127.0.0.1:${port}`]), 200)
})

test('S163 a proxy that the environment names gets no webhook', async t => {
  const { port, untouched } = await startVictim(t)
  const receiver = await startReceiver(t)
  const agent = http.globalAgent
  t.after(() => {
    http.globalAgent = agent
  })
  // What Node does at start where NODE_USE_ENV_PROXY is set.
  http.globalAgent = new http.Agent({ proxyEnv: { HTTP_PROXY: `http://127.0.0.1:${port}` } })
  const host = `127.0.0.1:${receiver.port}`
  assert.equal(await sent(`http://${host}/`, [host]), 200)
  untouched('it would resolve the name once more')
})

test('S168 an address that is one client’s own is nobody else’s', async t => {
  const { port, untouched } = await startVictim(t)
  const own = { id: 'own', host: `127.0.0.1:${port}` }
  const post = createWebhookPost({ allowed: [], own, clock, lookup: unasked })
  const url = `http://${own.host}/`
  const other = await post({ ...webhook, url })
  assert.equal(other.kind === 'failed' && other.why, 'address_refused')
  const elsewhere = await post({ ...webhook, client: 'own', url: `http://127.0.0.1:${port + 1}/` })
  assert.equal(elsewhere.kind === 'failed' && elsewhere.why, 'address_refused')
  untouched('by either')
  assert.equal((await post({ ...webhook, client: 'own', url })).kind, 'answered')
})
