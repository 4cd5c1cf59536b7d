import assert from 'node:assert/strict'
import { attack } from '../support/attack.ts'
import { stored } from '../support/database.ts'
import type { Gate } from '../support/gate.ts'
import { readJwt } from '../support/jwt.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { exchange, request } from '../support/raw-http.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

const things = [
  'compact ticket',
  'JWT',
  'kiosk secret',
  'receipt',
  'phone key',
  'kiosk credential',
  'user password',
] as const
type Thing = (typeof things)[number]

interface Door {
  opensFor: readonly Thing[]
  /** True where the gate took the thing for what belongs here. */
  knock(thing: string): Promise<boolean>
}

attack('S006 each secret opens its own door and no other', async gate => {
  await addAccount(gate)
  const { url } = gate
  const stage = await scannedSignIn(gate)
  const next = await stage.kiosk.start()
  const opener = new Phone(url)
  const { receipt, id: unscanned } = await opener.open(next.frame.url)
  const enrolled = await fetch(`${url}/api/v1/kiosk/enrol`, {
    method: 'POST',
    headers: { origin: url },
  })
  const secrets: Record<Thing, string> = {
    'compact ticket': (await stage.kiosk.start()).frame.url.slice(-53),
    JWT: await new SeedClient(url).start(),
    'kiosk secret': stage.signIn.kiosk_secret,
    receipt,
    'phone key': stage.phone.cookies.replace('qrgate-phone=', ''),
    'kiosk credential':
      /qrgate-kiosk=([^;]+)/.exec(enrolled.headers.getSetCookie()[0] ?? '')?.[1] ?? '',
    'user password': visitor.password,
  }

  const doors = doorsOf(gate, stage.id, unscanned, opener)
  for (const [name, { opensFor, knock }] of Object.entries(doors)) {
    for (const thing of things) {
      const opened = await knock(secrets[thing])
      assert.equal(opened, opensFor.includes(thing), `${thing} at ${name}`)
    }
  }
})

function doorsOf({ url }: Gate, id: string, unscanned: string, opener: Phone) {
  const kiosk = new Kiosk(url)
  const withCookie = (path: string, cookie: string) => fetch(url + path, { headers: { cookie } })
  return {
    'the address in the QR': {
      opensFor: ['compact ticket'],
      knock: async thing => (await new Phone(url).get(`/q/${encodeURIComponent(thing)}`)).ok,
    },
    "the seed's socket": {
      opensFor: ['JWT'],
      knock: async thing => {
        const socket = new SeedClient(url).listen(thing)
        const status = await socket.status
        socket.cut()
        return status === 101
      },
    },
    "the seed's sign-in": {
      opensFor: ['JWT'],
      knock: async thing => {
        return (await new SeedClient(url).auth(thing, visitor.id, visitor.password)).ok
      },
    },
    'the kiosk secret in a header': {
      opensFor: ['kiosk secret'],
      knock: async thing =>
        (await kiosk.post(`/api/v1/sign-ins/${id}/claim`, thing)).status !== 401,
    },
    'the kiosk secret on the socket': {
      opensFor: ['kiosk secret'],
      knock: async thing => {
        const socket = await kiosk.watch({ id, kiosk_secret: thing.slice(0, 64) })
        const told = socket.state(id, 'scanned').then(() => true)
        const opened = await Promise.race([
          told.catch(() => false),
          socket.closed.then(() => false),
        ])
        socket.cut()
        return opened
      },
    },
    'the receipt': {
      opensFor: ['receipt'],
      knock: async thing => (await opener.post(`/s/${unscanned}/scan`, { receipt: thing })).ok,
    },
    'the phone key': {
      opensFor: ['phone key'],
      knock: async thing => (await withCookie(`/s/${id}`, `qrgate-phone=${thing}`)).ok,
    },
    'the kiosk credential': {
      opensFor: ['kiosk credential'],
      knock: async thing => (await withCookie('/api/v1/kiosk', `qrgate-kiosk=${thing}`)).ok,
    },
  } satisfies Record<string, Door> as Record<string, Door>
}

attack(
  'S008 a ticket of a megabyte or of a hundred thousand dots is refused unread',
  async (gate, t) => {
    const { url } = gate
    const token = await new SeedClient(url).start()
    const { parts } = readJwt(token)
    const nested = Buffer.from('['.repeat(400)).toString('base64url')
    const big = 'A'.repeat(1_000_000)
    const tickets = {
      // Whoever goes on sending after the refusal may be cut off before it is read.
      'a megabyte': [big, [431, 0]],
      'a hundred thousand dots': ['.'.repeat(100_000), [431, 0]],
      'ten thousand letters': ['A'.repeat(10_000), [414, 401, 404]],
      'a thousand dots': [`a${'.'.repeat(1_000)}`, [401, 404]],
      'a JWE that announces compression': [
        `${Buffer.from('{"alg":"dir","enc":"A256GCM","zip":"DEF"}').toString('base64url')}..a.b.c`,
        [401, 404],
      ],
      'a deep payload': [`${parts[0]}.${nested}.${parts[2]}`, [401, 404]],
    } as const
    const parsed = t.mock.method(JSON, 'parse').mock
    for (const [name, [ticket, statuses]] of Object.entries(tickets)) {
      for (const line of [`GET /q/${ticket}`, `POST /api/qr/auth/${ticket}`]) {
        const headers = { 'content-type': 'application/json', 'content-length': '23' }
        const body = line.startsWith('POST') ? '{"id":"hong","pwd":"x"}' : ''
        const answer = await exchange(url, request(url, line, body ? headers : {}, body))
        assert.ok(
          (statuses as readonly number[]).includes(answer.status),
          `${name}: ${answer.status}`,
        )
      }
    }
    const bearer = request(url, 'POST /api/v1/sign-ins', { authorization: `Bearer ${big}` })
    assert.ok([431, 0].includes((await exchange(url, bearer)).status))
    const json = { 'content-type': 'application/json', 'content-length': `${big.length + 20}` }
    const body = `{"id":"hong","pwd":"${big}`
    const posted = await exchange(url, request(url, `POST /api/qr/auth/${token}`, json, body))
    assert.ok([413, 0].includes(posted.status), `${posted.status}`)
    const lengths = parsed.calls.map(call => String(call.arguments[0]).length)
    parsed.restore()
    assert.ok(Math.max(...lengths) <= 1_024, 'nothing longer than any ticket was looked into')
  },
)

attack('S010 a ticket has one spelling: whatever surrounds it makes it another', async gate => {
  await addAccount(gate)
  const { url } = gate
  const kiosk = new Kiosk(url)
  const [mine, theirs] = [await kiosk.start(), await kiosk.start()]
  const ticket = mine.frame.url.slice(-53)
  const jwt = await new SeedClient(url).start()
  const spellings = (text: string) => [
    `%20${text}`,
    `${text}%20`,
    `${text}%0a`,
    `${text}%00`,
    `%EF%BB%BF${text}`,
    `${text}%2e%2e`,
    `${text}/`,
    `${text}/..%2f${theirs.frame.url.slice(-53)}`,
    `${text}%3D`,
    text.replaceAll('.', '%E3%80%82'),
    encodeURIComponent(encodeURIComponent(`${text} `)),
    text.replace(/^./, '%25$&'),
    text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase(),
  ]
  const around = (text: string) => spellings(text).filter(spelling => spelling !== text)
  for (const spelling of around(ticket)) {
    for (const prefix of ['/q/', '/Q/', '//q/', '/q//']) {
      const answer = await exchange(url, request(url, `GET ${prefix}${spelling}`))
      assert.equal(answer.status, 404, prefix + spelling)
    }
  }
  const body = JSON.stringify({ id: visitor.id, pwd: visitor.password })
  const headers = { 'content-type': 'application/json', 'content-length': `${body.length}` }
  for (const spelling of around(jwt)) {
    const sent = request(url, `POST /api/qr/auth/${spelling}`, headers, body)
    const answer = await exchange(url, sent)
    // A slash behind it is sent on to the one spelling (N61).
    const refused = spelling === `${jwt}/` ? [307] : [401, 404]
    assert.ok(refused.includes(answer.status), `${spelling}: ${answer.status}`)
  }
  for (const path of [`/S/${mine.id}`, `/API/QR/START`, `/Q/../api/qr/start`, '/api//qr/start']) {
    assert.equal((await exchange(url, request(url, `GET ${path}`))).status, 404, path)
  }
  assert.deepEqual(stored(gate.dataDir).sign_ins, [])
  const genuine = await exchange(
    url,
    request(url, `GET /q/%${ticket.charCodeAt(0).toString(16)}${ticket.slice(1)}`),
  )
  assert.equal(genuine.status, 200, 'a percent-encoded letter is the same letter (RFC 3986)')
})
