import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { currentFrame, isFresh, nextFrames } from './frames.ts'
import { deriveKeyring } from './keyring.ts'
import { createSignInId } from './sign-in-id.ts'
import { compactTickets } from './ticket.ts'

const start = 1_800_000_000_000
const id = createSignInId(start, Buffer.alloc(10, 7))
const tickets = compactTickets(
  deriveKeyring(['a secret key of these tests, 32 bytes'], 'ticket'),
  'https://gate.example.org',
)
const rotation = { every: 3_000, acceptedLate: 30_000, acceptedEarly: 3_000 }
const parts = { tickets, rotation, pending: 300_000, address: (ticket: string) => ticket }
const secondsOf = (frame: { url: string }) => tickets.read(frame.url)?.seconds ?? Number.NaN

const every = fc.integer({ min: 1, max: 30 }).map(seconds => seconds * 1000)
const age = fc.integer({ min: 0, max: 300_000 - 1 })

test('the current frame is due already, and not yet over', () => {
  fc.assert(
    fc.property(every, age, (every, age) => {
      const frame = currentFrame(id, 101, start + age, {
        ...parts,
        rotation: { ...rotation, every },
      })
      assert.ok(frame.starts_in_ms <= 0)
      assert.ok(frame.starts_in_ms + frame.lasts_ms > 0)
      assert.equal(secondsOf(frame) * 1000, age + frame.starts_in_ms)
    }),
  )
})

test('a frame is the same for everybody who asks during its time', () => {
  const first = currentFrame(id, 101, start + 6_000, parts)
  const last = currentFrame(id, 101, start + 8_999, parts)
  assert.equal(last.url, first.url)
  assert.notEqual(currentFrame(id, 101, start + 9_000, parts).url, first.url)
})

test('the frames of a batch follow one another without a gap, from now on', () => {
  fc.assert(
    fc.property(every, age, (every, age) => {
      const batch = { ...parts, rotation: { ...rotation, every } }
      const frames = nextFrames(id, 101, start + age, batch)
      let end = frames[0]?.starts_in_ms ?? Number.NaN
      assert.ok(end <= 0)
      for (const frame of frames) {
        assert.equal(frame.starts_in_ms, end)
        assert.equal(secondsOf(frame) * 1000, age + frame.starts_in_ms)
        end += frame.lasts_ms
      }
    }),
  )
})

test('N71: a batch lasts for a minute, or to the end of the sign-in', () => {
  fc.assert(
    fc.property(every, age, (every, age) => {
      const batch = { ...parts, rotation: { ...rotation, every } }
      const last = nextFrames(id, 101, start + age, batch).at(-1)
      const covered = (last?.starts_in_ms ?? 0) + (last?.lasts_ms ?? 0)
      assert.ok(covered >= Math.min(60_000, parts.pending - age), `${covered} ms`)
    }),
  )
})

test('no frame begins at or after the end of the sign-in', () => {
  fc.assert(
    fc.property(every, age, (every, age) => {
      const batch = { ...parts, rotation: { ...rotation, every } }
      for (const frame of nextFrames(id, 101, start + age, batch)) {
        assert.ok(age + frame.starts_in_ms < parts.pending)
      }
    }),
  )
  assert.deepEqual(nextFrames(id, 101, start + parts.pending, parts), [])
  assert.deepEqual(nextFrames(id, 101, start + 10 * parts.pending, parts), [])
})

test('every frame of a batch may be scanned while it is shown', () => {
  for (let age = 0; age < 300_000; age += 7_001) {
    for (const frame of nextFrames(id, 101, start + age, parts)) {
      const seconds = secondsOf(frame)
      const shown = start + age + frame.starts_in_ms
      assert.ok(isFresh(seconds, id, shown, rotation))
      assert.ok(isFresh(seconds, id, shown + frame.lasts_ms, rotation))
    }
  }
})

test('S016: a frame is taken from 3 s early to 30 s late, and not a millisecond longer', () => {
  const due = start + 60_000
  const fresh = (now: number) => isFresh(60, id, now, rotation)
  assert.ok(!fresh(due - 3_001))
  assert.ok(fresh(due - 3_000))
  assert.ok(fresh(due))
  assert.ok(fresh(due + 30_000))
  assert.ok(!fresh(due + 30_001))
})

test('S123: a photograph of the screen is stale when it is opened after the window', () => {
  const photographed = currentFrame(id, 101, start + 31_000, parts)
  const seconds = secondsOf(photographed)
  assert.ok(isFresh(seconds, id, start + 60_000, rotation))
  assert.ok(!isFresh(seconds, id, start + 60_001, rotation))
})

test('S014: a start a little in the future, by the clock of another node, has its first frame', () => {
  const frame = currentFrame(id, 101, start - 2_000, parts)
  assert.equal(secondsOf(frame), 0)
  assert.ok(isFresh(0, id, start - 2_000, rotation))
  assert.ok(!isFresh(0, id, start - 600_000, rotation))
})
