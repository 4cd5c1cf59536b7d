import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { promisify } from 'node:util'
import {
  has,
  newSecret,
  now,
  RunningReceiver,
  receivers,
  requested,
  signature,
} from '../support/example-receiver.ts'

const docs = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8')
const examples = [...docs.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json = '']) => json)
const messages = examples.filter(json => 'type' in JSON.parse(json))

test('the tests sign as docs/webhooks.md and Standard Webhooks do, by the same example', () => {
  const row = (name: string) => docs.split(`| ${name} | \``)[1]?.split('` |')[0] ?? ''
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const body = '{"test": 2432232314}'
  const made = signature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, body)
  assert.equal(made, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  const names = ['secret', '`webhook-id`', '`webhook-timestamp`', 'body', '`webhook-signature`']
  const [a = '', b = '', c = '', d = '', e] = names.map(row)
  assert.equal(signature(a, b, c, d), e)
  assert.equal(e, made)
})

const curls = has('curl') && has('openssl', 'version')
test('the commands in docs/webhooks.md are answered a number', { skip: !curls }, async t => {
  const [commands = ''] = /^SECRET=[\s\S]*?(?=^```$)/m.exec(docs) ?? []
  const [, secret = ''] = /^SECRET=(.*)$/m.exec(commands) ?? []
  const [first] = receivers
  assert.ok(first)
  const running = await RunningReceiver.start(t, first, [secret])
  const script = commands.replace('http://127.0.0.1:3000/', running.url)
  for (const _ of ['once', 'again']) {
    const { stdout } = await promisify(execFile)('sh', ['-c', script])
    assert.deepEqual(JSON.parse(stdout), { status: 'accepted', number: 'A-001' })
  }
})

const [old, current, stranger] = [newSecret(), newSecret(), newSecret()]
const unknownFields = { priority: 3, notes: [{ a: null }] }

/** So many bytes of the same JSON. */
const padded = (json: string, bytes: number) => json + ' '.repeat(bytes - Buffer.byteLength(json))

interface Case {
  /** What is sent in place of a request for the id. */
  body?: (id: string) => string
  /** What is signed in place of what is sent. */
  signed?: (id: string) => string
  /** Seconds that the sending time is off. */
  off?: number
  signatures?: (sign: (secret: string) => string) => string
  headers?: Record<string, string>
  status: number
  accepted?: true
}

/** To a receiver that knows both secrets, in this order: the current one, the one before. */
const cases: Record<string, Case> = {
  good: { status: 200, accepted: true },
  'two minutes late': { off: -120, status: 200, accepted: true },
  'from a clock four minutes ahead': { off: 240, status: 200, accepted: true },
  'old timestamp': { off: -310, status: 401 },
  'future timestamp': { off: 900, status: 401 },
  'wrong secret': { signatures: sign => sign(stranger), status: 401 },
  'secret of before': { signatures: sign => sign(old), status: 200, accepted: true },
  'two signatures, both known': {
    signatures: sign => `${sign(current)} ${sign(old)}`,
    status: 200,
    accepted: true,
  },
  'two signatures, the second known': {
    signatures: sign => `${sign(stranger)} ${sign(current)}`,
    status: 200,
    accepted: true,
  },
  'two signatures, none known': {
    signatures: sign => `${sign(stranger)} ${sign(newSecret())}`,
    status: 401,
  },
  'beside a signature of another version': {
    signatures: sign => `v1a,${sign(stranger).slice(3)} ${sign(current)}`,
    status: 200,
    accepted: true,
  },
  'signature cut short': { signatures: sign => sign(current).slice(0, -2), status: 401 },
  'signature of another version only': {
    signatures: sign => `v2,${sign(current).slice(3)}`,
    status: 401,
  },
  'empty signature': { signatures: () => '', status: 401 },
  'changed body': { signed: id => requested(id).replace('홍*동', '홍*길'), status: 401 },
  'changed spaces': { signed: id => JSON.stringify(JSON.parse(requested(id))), status: 401 },
  'changed id': { headers: { 'webhook-id': 'another' }, status: 401 },
  'changed timestamp': { headers: { 'webhook-timestamp': `${now() - 1}` }, status: 401 },
  'timestamp that is no number': { headers: { 'webhook-timestamp': 'now' }, status: 401 },
  'no JSON': { body: () => '{"type":', status: 400 },
  'no JSON from a stranger': {
    body: () => '{"type":',
    signatures: sign => sign(stranger),
    status: 401,
  },
  'unknown type': { body: () => '{"type":"kiosk.offline","data":{}}', status: 200 },
  'unknown type without data': { body: () => '{"type":"kiosk.offline"}', status: 200 },
  'visit.ended': { body: () => '{"type":"visit.ended","data":{"id":"1"}}', status: 200 },
  'unknown fields': { body: id => requested(id, unknownFields), status: 200, accepted: true },
  '64 KiB': {
    body: id => padded(requested(id), 65_536),
    status: 200,
    accepted: true,
  },
  'more than 64 KiB': { body: id => padded(requested(id), 65_537), status: 413 },
}

for (const receiver of receivers) {
  const name = basename(receiver.file)
  const skip = !has(receiver.command(0)[0])

  test(`${name} has 40 lines at most`, () => {
    const lines = readFileSync(receiver.file, 'utf8').split('\n')
    assert.ok(lines.length - 1 <= 40, `${lines.length - 1} lines`)
    assert.ok(lines.every(line => line.length <= 120))
  })

  test(`${name} takes what is genuine and nothing else`, { skip }, async t => {
    const running = await RunningReceiver.start(t, receiver, [current, old])
    let given = 0
    for (const [what, { body = requested, signed = body, ...sent }] of Object.entries(cases)) {
      const id = randomUUID()
      const time = `${now() + (sent.off ?? 0)}`
      const sign = (secret: string) => signature(secret, id, time, signed(id))
      const answer = await running.send(id, body(id), {
        'webhook-timestamp': time,
        'webhook-signature': sent.signatures?.(sign) ?? sign(current),
        ...sent.headers,
      })
      const text = await answer.text()
      assert.equal(answer.status, sent.status, what)
      if (!sent.accepted) continue
      // Whatever was refused before has taken no number.
      given += 1
      const number = `A-${String(given).padStart(3, '0')}`
      assert.deepEqual(JSON.parse(text), { status: 'accepted', number }, what)
      assert.equal(answer.headers.get('content-type'), 'application/json')
    }
    for (const missing of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      const [id, time] = [randomUUID(), `${now()}`]
      const headers = new Headers({
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': signature(current, id, time, requested(id)),
      })
      headers.delete(missing)
      const answer = await fetch(running.url, { method: 'POST', headers, body: requested(id) })
      assert.equal(answer.status, 401, `without ${missing}`)
    }
    assert.equal((await running.ask(randomUUID())).number, `A-0${given + 1}`)
  })

  test(`${name} gives one id one number, and no number twice`, { skip }, async t => {
    const running = await RunningReceiver.start(t, receiver)
    const id = randomUUID()
    const same = await Promise.all(Array.from({ length: 20 }, () => running.ask(id)))
    for (const answer of same) assert.deepEqual(answer, { status: 'accepted', number: 'A-001' })
    const ids = Array.from({ length: 50 }, () => randomUUID())
    const answers = await Promise.all(ids.map(id => running.ask(id)))
    const numbers = answers.map(({ number = '' }) => number)
    const rising = Array.from({ length: 50 }, (_, at) => `A-${String(at + 2).padStart(3, '0')}`)
    assert.deepEqual(numbers.toSorted(), rising)
    assert.deepEqual(
      await Promise.all(ids.map(async id => (await running.ask(id)).number)),
      numbers,
    )
  })

  test(`${name} keeps its word when it is killed`, { skip }, async t => {
    const running = await RunningReceiver.start(t, receiver)
    const [first, never] = [randomUUID(), randomUUID()]
    assert.equal((await running.ask(first)).number, 'A-001')
    await running.cancel(never)
    await running.kill()
    await running.boot()
    assert.equal((await running.ask(first)).number, 'A-001')
    assert.equal((await running.ask(never)).status, 'refused')

    // In the middle of its work: whoever was told a number is told the same one afterwards.
    const told = new Map<string, string | undefined>()
    const ids = Array.from({ length: 40 }, () => randomUUID())
    let killed: Promise<void> | undefined
    const asked = ids.map(async id => {
      const { number } = await running.ask(id)
      told.set(id, number)
      if (told.size === 5) killed = running.kill()
    })
    await Promise.allSettled(asked)
    await killed
    await running.boot()
    const numbers = new Map<string, string | undefined>()
    for (const id of ids) numbers.set(id, (await running.ask(id)).number)
    assert.ok(told.size >= 5)
    for (const [id, number] of told) assert.equal(numbers.get(id), number)
    assert.equal(new Set(numbers.values()).size, ids.length)
  })

  test(`${name} gives no number to what was cancelled`, { skip }, async t => {
    const running = await RunningReceiver.start(t, receiver)
    const [before, after, next] = [randomUUID(), randomUUID(), randomUUID()]
    await running.cancel(before)
    await running.cancel(before)
    const { status, number, text } = await running.ask(before)
    assert.deepEqual([status, number, typeof text?.ko], ['refused', undefined, 'string'])
    const { number: given } = await running.ask(after)
    assert.ok(given)
    await running.cancel(after)
    assert.equal((await running.ask(after)).status, 'refused')
    // Its number was shown on a screen, and goes to nobody else.
    const { number: following = '' } = await running.ask(next)
    assert.ok(following > given)
    assert.equal((await running.ask(next)).number, following)
  })

  test(`${name} takes every message of docs/webhooks.md`, { skip }, async t => {
    const running = await RunningReceiver.start(t, receiver)
    const types = messages.map(json => JSON.parse(json).type)
    assert.equal(new Set(types).size, 9)
    for (const message of messages) {
      const { type, data } = JSON.parse(message)
      const answer = await running.send(data.id ?? randomUUID(), message)
      await answer.body?.cancel()
      assert.ok(answer.ok, type)
    }
    // One of them has cancelled what another has asked for.
    const { data } = JSON.parse(messages[types.indexOf('hand_off.cancelled')] ?? '')
    assert.equal((await running.ask(data.id)).status, 'refused')
  })

  test(`${name} gives no number that it cannot keep`, { skip }, async t => {
    const running = await RunningReceiver.start(t, receiver)
    await running.ask(randomUUID())
    const database = new DatabaseSync(running.data)
    t.after(() => database.close())
    const full = "BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"
    database.exec(`CREATE TRIGGER full BEFORE INSERT ON slips ${full}`)
    const id = randomUUID()
    // No answer or a server's fault: the gate tries again. Anything else it would take for an answer.
    const answer = await running.send(id, requested(id)).catch(() => undefined)
    assert.ok(answer === undefined || answer.status >= 500, `${answer?.status}`)
    database.exec('DROP TRIGGER full')
    assert.equal((await running.ask(id)).number, 'A-002')
  })
}
