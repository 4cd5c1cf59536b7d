import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import { FakeClock, settle } from '../test-support/fake-clock.ts'
import { Client } from './client.ts'

const server = 'https://gate.example.org'
const started = { id: 'i', kiosk_secret: 's', expires_in: 300, frame: {} }

/** A client whose gate answers as told, and what it was asked. */
function clientOf(answer: () => Response | Promise<Response>, timeoutMs = 1_000) {
  const asked: { url: string; init: RequestInit }[] = []
  const clock = new FakeClock()
  const fetch = (input: RequestInfo | URL, init: RequestInit = {}) => {
    asked.push({ url: String(input), init })
    init.signal?.throwIfAborted()
    return Promise.race([
      answer(),
      new Promise<Response>((_, reject) => {
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      }),
    ])
  }
  const client = new Client({ server: `${server}/some/page`, timeoutMs, fetch }, clock)
  return { client, asked, clock }
}

const unanswered = () => new Promise<Response>(() => {})

const refused = (status: number, body: string, headers = {}) =>
  clientOf(() => new Response(body, { status, headers })).client.start()

describe('the client', () => {
  it('starts without a body, so that no preflight is needed', async () => {
    const { client, asked } = clientOf(() => Response.json(started, { status: 201 }))
    assert.equal((await client.start()).id, 'i')
    assert.equal(asked[0]?.url, `${server}/api/v1/sign-ins`)
    assert.deepEqual(asked[0]?.init.headers, { accept: 'application/json' })
    assert.equal(asked[0]?.init.body, null)
  })

  it('shows the kiosk secret in the header and never in the address', async () => {
    const { client, asked } = clientOf(() => Response.json({ id: 'i' }))
    await client.cancel('i', 'secret', 'not_my_phone')
    assert.equal(asked[0]?.url, `${server}/api/v1/sign-ins/i/cancel`)
    assert.equal(new Headers(asked[0]?.init.headers).get('authorization'), 'Bearer secret')
    assert.equal(asked[0]?.init.body, '{"reason":"not_my_phone"}')
  })

  it('shows a client’s credential in the body of the claim', async () => {
    const { client, asked } = clientOf(() => Response.json({ id: 'i' }))
    await client.claim('i', 'secret', { credential: 'credential' })
    assert.equal(asked[0]?.init.body, '{"client_credential":"credential"}')
    await client.claim('i', 'secret')
    assert.equal(asked[1]?.init.body, null)
  })

  it('asks for a service, and says what the screen speaks', async () => {
    const { client, asked } = clientOf(() => Response.json({ id: 'i', seq: 4, state: 'claimed' }))
    await client.chooseService('i', 'secret', 'exam', { language: 'en' })
    assert.equal(asked[0]?.url, `${server}/api/v1/sign-ins/i/service`)
    assert.equal(asked[0]?.init.body, '{"service":"exam","language":"en"}')
    await client.claim('i', 'secret', { language: 'en' })
    assert.equal(asked[1]?.url, `${server}/api/v1/sign-ins/i/claim?language=en`)
    assert.equal(asked[1]?.init.body, null)
  })

  it('calls for staff with nothing but its cookie', async () => {
    const { client, asked } = clientOf(() => new Response(null, { status: 204 }))
    await client.staffCall()
    assert.equal(asked[0]?.url, `${server}/api/v1/kiosk/staff-call`)
    assert.equal(new Headers(asked[0]?.init.headers).has('authorization'), false)
  })

  it('ends a visit with its reason', async () => {
    const { client, asked } = clientOf(() => Response.json({ id: 'i', seq: 4, state: 'ended' }))
    assert.equal((await client.end('i', 'secret', 'idle')).state, 'ended')
    assert.equal(asked[0]?.url, `${server}/api/v1/sign-ins/i/end`)
    assert.equal(asked[0]?.init.keepalive, true)
    assert.equal(asked[0]?.init.body, '{"reason":"idle"}')
  })

  it('leaves without waiting for anything, on a way that outlives the page', async () => {
    for (const answer of [
      () => new Response(null, { status: 204 }),
      () => Response.error(),
      () => Promise.reject(new TypeError('offline')),
    ]) {
      const { client, asked } = clientOf(answer)
      assert.equal(client.leave('i', 'secret'), undefined)
      assert.equal(asked[0]?.url, `${server}/api/v1/sign-ins/i/leave`)
      assert.equal(asked[0]?.init.keepalive, true)
      assert.equal(new Headers(asked[0]?.init.headers).get('authorization'), 'Bearer secret')
      await settle()
    }
  })

  it('gives a poll that waits as much longer before it counts as unanswered', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    const { client, asked, clock } = clientOf(() => (asked.length > 1 ? unanswered() : promise))
    const options = { since: 3, wait: 25, frames: true }
    const view = client.view('i', 's', options)
    await clock.pass(25_999)
    resolve(Response.json({ id: 'i' }))
    assert.equal((await view).id, 'i')
    assert.equal(asked[0]?.url, `${server}/api/v1/sign-ins/i?since=3&wait=25&frames=true`)
    const late = assert.rejects(client.view('i', 's', { ...options, handOffSince: 2 }))
    assert.match(asked[1]?.url ?? '', /since=3&hand_off_since=2&wait=25/)
    await clock.pass(26_000)
    await late
  })

  it('passes a refusal on with its code, status and wait', async () => {
    const body = JSON.stringify({ code: 'busy', message: 'Try again shortly.' })
    await assert.rejects(refused(503, body, { 'retry-after': '2' }), {
      name: 'GateError',
      code: 'busy',
      status: 503,
      retryAfterMs: 2_000,
      transient: true,
    })
  })

  it('takes a refusal of the sign-in for final', async () => {
    const body = JSON.stringify({ code: 'already_ended', message: 'Over.' })
    await assert.rejects(refused(409, body), { code: 'already_ended', transient: false })
  })

  it('calls a proxy that answers in place of the gate unreachable', async () => {
    await assert.rejects(refused(502, '<html>Bad gateway</html>'), { code: 'unreachable' })
  })

  it('does not take a captive portal for a gate', async () => {
    await assert.rejects(refused(200, '<html>Welcome</html>'), { code: 'unreachable' })
    await assert.rejects(refused(200, '{"hello":1}'), { code: 'unreachable' })
  })

  it('gives up on a gate that does not answer', async () => {
    const { client, clock } = clientOf(unanswered)
    const start = assert.rejects(client.start(), { code: 'unreachable', transient: true })
    await clock.pass(1_000)
    await start
    assert.equal(clock.timers, 0)
  })

  it('N83: asks once more beside a call without an answer, until one of them has one', async () => {
    const answers: ((answer: Response) => void)[] = []
    const { client, asked, clock } = clientOf(
      () => new Promise(resolve => answers.push(resolve)),
      10_000,
    )
    const claim = client.claim('i', 's', { credential: 'c' })
    await clock.pass(1_499)
    assert.equal(asked.length, 1)
    await clock.pass(7_501)
    assert.equal(asked.length, 7)
    assert.ok(asked.every(({ init }) => init.body === asked[0]?.init.body))
    assert.ok(asked.every(({ init }) => !init.signal?.aborted))
    answers[4]?.(Response.json({ id: 'i' }))
    assert.equal((await claim).id, 'i')
    assert.ok(asked.every(({ init }) => init.signal?.aborted))
    await clock.pass(60_000)
    assert.equal(asked.length, 7)
    assert.equal(clock.timers, 0)
  })

  it('N83: a poll that waits and the word of a page that is gone are sent once', async () => {
    const { client, asked, clock } = clientOf(unanswered, 10_000)
    const poll = assert.rejects(client.view('i', 's', { wait: 25 }))
    client.leave('i', 's')
    await clock.pass(35_000)
    await poll
    assert.equal(asked.length, 2)
  })

  it('N25: gives up when it is told to, and leaves nothing with who may tell it', async () => {
    const life = new AbortController()
    const { client } = clientOf(unanswered, 100_000)
    const answer = client.start(life.signal)
    assert.equal(getEventListeners(life.signal, 'abort').length, 1)
    life.abort()
    await assert.rejects(answer, { name: 'AbortError' })
    const other = new AbortController()
    const { client: answered } = clientOf(() => Response.json(started))
    await answered.start(other.signal)
    for (const { signal } of [life, other]) {
      assert.equal(getEventListeners(signal, 'abort').length, 0)
    }
  })

  it('passes the caller’s own abort on as it is', async () => {
    const { client } = clientOf(() => Response.json(started))
    const answer = await client.start(AbortSignal.abort('gone')).catch(reason => reason)
    assert.equal(answer, 'gone')
  })
})
