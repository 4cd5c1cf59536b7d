// Whatever comes, reception answers with one of its codes, never a fault, and changes nothing.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { startReceptionServer } from '../support/reception-server.ts'

const id = randomUUID()
const unknown = randomUUID()
const rightly: Record<string, Record<string, unknown>> = {
  call: { desk: 'room-1', arrival: unknown },
  recall: { arrival: unknown },
  end: { arrival: unknown, as: 'done' },
  back: { arrival: unknown },
  pass: { arrival: unknown, service: 'payment' },
  'walk-in': { id, service: 'tests', name: '김걸음' },
  'staff-call': { id },
  service: { service: 'tests', closed: true },
  undo: { undo: unknown },
  session: { link: 'x' },
}
const tooLong = 'x'.repeat(200)
const wrong = [null, 7, true, 'true', [], {}, ['x'], { $ne: '' }, tooLong]
const deep = (open: string, close: string) => open.repeat(20_000) + close.repeat(20_000)
const bodies: unknown[] = [
  ...[null, 7, true, 'null', '', '"x"', [], [{}], {}, '{', '{"a":', 'a=b', '\u0000', '\ufeff{}'],
  ...[deep('[', ']'), deep('{"a":', '}'), `{"a":${deep('[', ']')}}`],
  ...['x'.repeat(1_000_000), `{"arrival":"${'x'.repeat(1_000_000)}"}`],
  ...['{"__proto__":{"arrival":"x"}}', '{"constructor":{"prototype":{"arrival":"x"}}}'],
]

test('a body of a wrong form is malformed, for each action', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  await reception.arrives()
  const before = reception.rows()
  for (const [action, right] of Object.entries(rightly)) {
    const fields = Object.keys(right)
    const all = [
      ...bodies,
      ...fields.filter(name => name !== 'name').map(name => ({ ...right, [name]: undefined })),
      ...fields.flatMap(name =>
        wrong
          .filter(value => typeof value !== typeof right[name] || value === tooLong)
          .map(value => ({ ...right, [name]: value })),
      ),
    ]
    for (const body of all) {
      const { status, code, whole } = await reception.ask('POST', `/desk/${action}`, {
        cookie,
        body,
      })
      const what = `${action} ${JSON.stringify(body)?.slice(0, 80)}: ${whole}`
      assert.equal(`${status} ${code}`, '422 malformed', what)
    }
  }
  assert.equal(reception.rows(), before)
})

test('a body of another type, or of none, is malformed', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  const before = reception.rows()
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ]
  for (const type of [...types, 'application/xml', 'nonsense', '', 'application/json; charset=x']) {
    for (const action of Object.keys(rightly).filter(name => name !== 'walk-in')) {
      const { status, code } = await reception.ask('POST', `/desk/${action}`, {
        cookie,
        body: type.startsWith('application/json') ? '{' : JSON.stringify(rightly[action]),
        headers: { 'content-type': type },
      })
      assert.equal(`${status} ${code}`, '422 malformed', `${action} as ${type}`)
    }
  }
  for (const day of ['', 'today', '2026-13-01', '2026-11-30x', '../x', '%00', '2026-11-30&day=x']) {
    for (const path of ['/day/summary', '/day/summary.csv']) {
      const { status, code } = await reception.ask('GET', `${path}?day=${day}`, { cookie })
      assert.equal(`${status} ${code}`, '422 malformed', day)
    }
  }
  assert.equal(reception.rows(), before)
})

test('what nobody knows is not found', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  const arrival = await reception.arrives()
  const before = reception.rows()
  const asked: [string, object, string][] = [
    ['call', { desk: 'room-1', arrival: unknown }, '404 not_found'],
    ['call', { desk: 'no-room', arrival }, '404 not_found'],
    ['call', { desk: '__proto__', arrival }, '404 not_found'],
    ['recall', { arrival: unknown }, '404 not_found'],
    ['end', { arrival: unknown, as: 'done' }, '404 not_found'],
    ['back', { arrival: unknown }, '404 not_found'],
    ['pass', { arrival: unknown, service: 'payment' }, '404 not_found'],
    ['pass', { arrival, service: 'constructor' }, '404 not_found'],
    ['walk-in', { id, service: 'toString' }, '404 not_found'],
    ['service', { service: 'hasOwnProperty', closed: true }, '404 not_found'],
    ['staff-call', { id: "' OR 1=1 --" }, '409 taken'],
    ['undo', { undo: unknown }, '409 undo_late'],
    ['__proto__', {}, '404 not_found'],
    ['constructor', {}, '404 not_found'],
  ]
  for (const [action, body, expected] of asked) {
    const { status, code, whole } = await reception.act(cookie, action, body)
    assert.equal(`${status} ${code}`, expected, `${action}: ${whole}`)
  }
  assert.equal(reception.rows(), before)
})

const states = {
  waiting: [],
  called: [['call', { desk: 'room-1' }]],
  done: [
    ['call', { desk: 'room-1' }],
    ['end', { as: 'done' }],
  ],
  no_show: [
    ['call', { desk: 'room-1' }],
    ['end', { as: 'no_show' }],
  ],
} satisfies Record<string, [string, object][]>

/** What each action is answered where it does not fit; what fits is tried in the tests of the queue. */
const unfit: Record<string, readonly (keyof typeof states | 'cancelled')[]> = {
  call: ['done', 'no_show', 'cancelled'],
  recall: ['waiting', 'done', 'no_show', 'cancelled'],
  end: ['waiting', 'done', 'no_show', 'cancelled'],
  back: ['waiting', 'done', 'no_show', 'cancelled'],
  pass: ['done', 'no_show', 'cancelled'],
}

test('an action that does not fit how it stands with somebody is taken, and changes nothing', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  const inState = async (state: keyof typeof states | 'cancelled') => {
    const arrival = await reception.arrives()
    const data = { id: arrival, service: 'consultation', reason: 'phone' }
    if (state === 'cancelled') await reception.webhook({ type: 'hand_off.cancelled', data })
    else
      for (const [action, body] of states[state]) {
        assert.equal((await reception.act(cookie, action, { arrival, ...body })).status, 200)
      }
    return arrival
  }
  for (const [action, misfits] of Object.entries(unfit)) {
    for (const state of misfits) {
      const arrival = await inState(state)
      const before = reception.rows()
      const { status, code } = await reception.act(cookie, action, { ...rightly[action], arrival })
      assert.equal(`${status} ${code}`, '409 taken', `${action} of one who is ${state}`)
      assert.equal(reception.rows(), before)
    }
  }
})
