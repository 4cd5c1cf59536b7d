import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../test-support/fake-clock.ts'
import { startSignIn } from './start-sign-in.ts'
import { type Starter, startedBy } from './starter.ts'

// What a backend answers in place of a sign-in, and a page passes on unseen.
const wrong: unknown[] = [
  undefined,
  null,
  'no',
  {},
  { code: 'internal', message: 'no backend today' },
  { id: undefined, kiosk_secret: undefined },
  { id: 'a' },
  { id: 'a', kiosk_secret: '' },
  { id: '', kiosk_secret: 's' },
  { id: 7, kiosk_secret: 's' },
]

test('N43: whatever a starter gives that is no sign-in is an answer to ask again for', async () => {
  for (const answer of wrong) {
    const starter = startedBy((async () => answer) as Starter, new FakeClock())
    await assert.rejects(starter(), { code: 'unreachable' }, JSON.stringify(answer))
  }
})

test('N43: whatever is resumed that is no sign-in is refused before the gate is asked', async () => {
  // Without one the gate itself is asked to start.
  for (const answer of wrong.filter(Boolean)) {
    const resume = answer as { id: string; kiosk_secret: string }
    const started = startSignIn({ server: 'http://127.0.0.1:1', resume })
    await assert.rejects(started, TypeError, JSON.stringify(answer))
  }
})

test('N43: a starter that never answers is given up and told why', async () => {
  const clock = new FakeClock()
  let given: AbortSignal | undefined
  const starter = startedBy(signal => {
    given = signal
    return new Promise(() => {})
  }, clock)
  const failed = assert.rejects(starter(), { code: 'unreachable' })
  await clock.pass(9_999)
  assert.equal(given?.aborted, false)
  await clock.pass(1)
  await failed
  assert.equal(given?.reason.name, 'TimeoutError')
})

test("N43: the caller's own abort ends a starter at once, as an abort", async () => {
  const abort = new AbortController()
  const starter = startedBy(() => new Promise(() => {}), new FakeClock())
  const failed = assert.rejects(starter(abort.signal), { name: 'AbortError' })
  abort.abort()
  await failed
})
