// Nobody without a desk's link sees a name, or anything else of anybody: every route of reception.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import pino from 'pino'
import { createServer, type ServerParts } from '../../reception/src/server.ts'
import { until } from '../support/patience.ts'
import {
  type Answered,
  type Asking,
  credential,
  nextSecret,
  patient,
  type ReceptionServer,
  startReceptionServer,
  webhookSecret,
} from '../support/reception-server.ts'

/** What a stranger is answered: a status and a code, where everything is refused. */
type Entry = [answered: string, body?: unknown]
const id = randomUUID()
const noDesk: Entry = ['401 no_desk']

/** Every route there is. One without an entry, or an entry without its route, fails the test below. */
const routes: Record<string, Entry> = {
  'GET /': ['302'],
  'HEAD /': ['302'],
  'GET /healthz': ['200'],
  'HEAD /healthz': ['200'],
  'GET /readyz': ['200'],
  'HEAD /readyz': ['200'],
  'GET /desk': ['200'],
  'HEAD /desk': ['200'],
  'GET /board': ['200'],
  'HEAD /board': ['200'],
  'GET /day': ['200'],
  'HEAD /day': ['200'],
  'GET /assets/*': ['404 not_found'],
  'HEAD /assets/*': ['404'],
  'GET /board/live': ['200'],
  'POST /desk/session': ['401 link_used', { link: 'a link that nobody has made' }],
  'GET /desk/session': noDesk,
  'HEAD /desk/session': ['401'],
  'GET /desk/live': noDesk,
  'POST /desk/call': ['401 no_desk', { desk: 'room-1', arrival: id }],
  'POST /desk/recall': ['401 no_desk', { arrival: id }],
  'POST /desk/end': ['401 no_desk', { arrival: id, as: 'done' }],
  'POST /desk/back': ['401 no_desk', { arrival: id }],
  'POST /desk/pass': ['401 no_desk', { arrival: id, service: 'payment' }],
  'POST /desk/walk-in': ['401 no_desk', { id, service: 'tests' }],
  'POST /desk/staff-call': ['401 no_desk', { id }],
  'POST /desk/service': ['401 no_desk', { service: 'tests', closed: true }],
  'POST /desk/undo': ['401 no_desk', { undo: id }],
  'GET /day/summary': noDesk,
  'HEAD /day/summary': ['401'],
  'GET /day/summary.csv': noDesk,
  'HEAD /day/summary.csv': ['401'],
  'POST /webhook': ['401 unsigned', { type: 'hand_off.coming', data: { id } }],
}

test('every route of reception stands in the table of what strangers are answered', async () => {
  const found: string[] = []
  const parts = { base: '', logger: pino({ level: 'silent' }) } as unknown as ServerParts
  const app = createServer(parts)
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) found.push(`${one} ${url}`)
  })
  await app.ready()
  // Else whoever never ends a request would hold a connection for ever.
  assert.ok(app.server.requestTimeout > 0)
  await app.close()
  assert.deepEqual([...new Set(found)].sort(), Object.keys(routes).sort())
})

/** Two who wait, one who is called, one without a phone, one who is gone; an action to be taken back. */
async function busyReception(t: TestContext, base: '' | '/reception') {
  const reception = await startReceptionServer(t, base)
  const cookie = await reception.openDesk()
  const ids = [
    await reception.arrives(),
    await reception.arrives(),
    await reception.arrives('tests'),
  ]
  const walkIn = randomUUID()
  await reception.act(cookie, 'walk-in', { id: walkIn, service: 'tests', name: walkInName })
  await reception.act(cookie, 'call', { desk: 'room-1', arrival: ids[0] })
  await reception.act(cookie, 'end', { arrival: ids[0], as: 'done' })
  const called = await reception.act(cookie, 'call', { desk: 'room-2', arrival: ids[1] })
  assert.equal(called.status, 200, called.whole)
  const undo = (JSON.parse(called.body) as { undo: string }).undo
  return { reception, cookie, secrets: [...ids, walkIn, undo, ...hidden], called: ids[1] ?? '' }
}
const walkInName = '김걸음'
const hidden = [...Object.values(patient), walkInName]

function assertHides(what: string, text: string, secrets: readonly string[]): void {
  for (const secret of secrets)
    assert.ok(!text.includes(secret), `${what} tells ${secret}: ${text}`)
}

for (const base of ['', '/reception'] as const) {
  test(`S079: a stranger hears of nobody and changes nothing, at "${base}/"`, async t => {
    const { reception, secrets } = await busyReception(t, base)
    const other = await startReceptionServer(t, base)
    const before = reception.rows()
    const strangers: Record<string, Asking> = {
      'no cookie': {},
      'a made-up cookie': { cookie: 'x'.repeat(43) },
      'an empty cookie': { cookie: '' },
      'a cookie of another reception': { cookie: await other.openDesk() },
      'the hash that the file holds': { cookie: hashIn(reception) },
      'no origin': { origin: undefined },
    }
    for (const [who, asking] of Object.entries(strangers)) {
      for (const [route, [answered, body]] of Object.entries(routes)) {
        const [method = '', path = ''] = route.split(' ')
        const at = path === '/' ? base || '/' : base + path.replace('*', 'desk-x.js')
        const { status, code, whole } = await reception.ask(method, at, { ...asking, body })
        const said = `${status} ${code ?? ''}`.trim()
        const isOther = who === 'no origin' && method === 'POST' && path !== '/webhook'
        assert.equal(said, isOther ? '403 other_site' : answered, `${who}: ${route}: ${whole}`)
        assertHides(`${route} to ${who}`, whole, secrets)
      }
    }
    assert.equal(reception.rows(), before)
  })
}

function hashIn({ dataDir }: ReceptionServer): string {
  const db = new DatabaseSync(join(dataDir, 'reception.sqlite'), { readOnly: true })
  const { hash } = db.prepare('SELECT hash FROM desk_sessions').get() ?? {}
  db.close()
  return String(hash)
}

test('S135: the board hears of numbers only, whatever happens', async t => {
  const { reception, cookie, secrets, called } = await busyReception(t, '')
  const board = await reception.listen('/board/live')
  const desk = await reception.listen('/desk/live', cookie)
  const states = () => board.text.split('data: ').length
  const acts: [string, object][] = [
    ['recall', { arrival: called }],
    ['back', { arrival: called }],
    ['call', { desk: 'room-1', arrival: called }],
    ['pass', { arrival: called, service: 'payment' }],
  ]
  for (const [action, body] of acts) {
    const before = states()
    assert.equal((await reception.act(cookie, action, body)).status, 200)
    await until(`the board has heard of ${action}`, () => states() > before)
  }
  assertHides('the board', board.text, secrets)
  // That it would be found if it were there.
  for (const name of hidden) assert.ok(desk.text.includes(name), `the desk hears of ${name}`)
  assert.match(board.text, /"number":"A-001"/)
})

test('a day’s summary and its spreadsheet have no names, for the desk either', async t => {
  const { reception, cookie, secrets } = await busyReception(t, '')
  for (const path of ['/day/summary', '/day/summary.csv', '/day/summary.csv?day=2026-11-30']) {
    const { status, whole } = await reception.ask('GET', path, { cookie })
    assert.equal(status, 200)
    assertHides(path, whole, secrets)
  }
})

test('what the gate is answered has no names', async t => {
  const { reception, secrets } = await busyReception(t, '')
  for (const id of secrets.slice(0, 2)) {
    const data = { id, service: 'consultation', claims: patient }
    for (const type of ['hand_off.requested', 'hand_off.coming', 'hand_off.cancelled']) {
      const { status, whole } = await reception.webhook({ type, data }, { id })
      assert.equal(status, 200)
      assertHides(type, whole, secrets)
    }
  }
})

test('the log, even with all there is to say, has no name, no cookie, no link and no secret', async t => {
  const { reception, cookie, secrets, called } = await busyReception(t, '')
  const link = await reception.link()
  const refused: Promise<Answered>[] = [
    reception.ask('POST', '/desk/session', { body: { link } }),
    reception.act(cookie, 'walk-in', { id: 'x', service: 'tests', name: walkInName }),
    reception.act(cookie, 'call', { desk: walkInName, arrival: called }),
    reception.ask('POST', '/desk/walk-in', { cookie, body: `{"name":"${walkInName}"` }),
    reception.webhook({ type: 'hand_off.requested', data: { claims: patient } }),
    reception.webhook({ type: walkInName, data: patient }),
    reception.webhook({ type: 'staff.called', data: patient }, { signature: 'v1,x' }),
  ]
  await Promise.all(refused)
  await until('all is logged', () => reception.log().includes('request completed'))
  const names = secrets.filter(secret => hidden.includes(secret))
  const own = [cookie, link, credential, webhookSecret, nextSecret]
  assertHides('the log', reception.log(), [...names, ...own])
})
