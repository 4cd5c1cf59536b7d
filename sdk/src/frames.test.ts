import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '../test-support/fake-clock.ts'
import { FrameSchedule } from './frames.ts'

const three = [0, 1, 2].map(n => ({ url: `F${n}`, starts_in_ms: n * 3_000, lasts_ms: 3_000 }))

function held() {
  const clock = new FakeClock()
  const frames = new FrameSchedule(clock)
  frames.take(frames.asking(), three)
  return { clock, frames }
}

describe('a frame schedule', () => {
  it('shows each frame for as long as the gate said', async () => {
    const { clock, frames } = held()
    assert.equal(frames.current(), 'F0')
    await clock.pass(2_999)
    assert.equal(frames.current(), 'F0')
    await clock.pass(1)
    assert.equal(frames.current(), 'F1')
    await clock.pass(3_000)
    assert.equal(frames.current(), 'F2')
  })

  it('shows nothing rather than a frame that is over', async () => {
    const { clock, frames } = held()
    await clock.pass(9_000)
    assert.equal(frames.current(), undefined)
    assert.equal(frames.heldMs(), 0)
    assert.equal(frames.untilChange(), Number.POSITIVE_INFINITY)
  })

  it('shows nothing before the first frame is due', async () => {
    const clock = new FakeClock()
    const frames = new FrameSchedule(clock)
    frames.take(frames.asking(), [{ url: 'F', starts_in_ms: 500, lasts_ms: 3_000 }])
    assert.equal(frames.current(), undefined)
    assert.equal(frames.untilChange(), 500)
    await clock.pass(500)
    assert.equal(frames.current(), 'F')
  })

  it('counts durations from the moment of asking, not of answering', async () => {
    const clock = new FakeClock()
    const frames = new FrameSchedule(clock)
    const asked = frames.asking()
    await clock.pass(1_500)
    assert.equal(frames.take(asked, three), true)
    assert.equal(frames.untilChange(), 1_500)
  })

  it('throws away an answer that took more than two seconds', async () => {
    const clock = new FakeClock()
    const frames = new FrameSchedule(clock)
    const asked = frames.asking()
    await clock.pass(2_001)
    assert.equal(frames.take(asked, three), false)
    assert.equal(frames.current(), undefined)
  })

  it('throws away an answer that was asked for before a sleep', () => {
    const clock = new FakeClock()
    const frames = new FrameSchedule(clock)
    const asked = frames.asking()
    clock.sleep(60_000)
    assert.equal(frames.take(asked, three), false)
  })

  it('shows nothing after a sleep of two seconds', () => {
    const { clock, frames } = held()
    clock.sleep(1_999)
    assert.equal(frames.current(), 'F0')
    clock.sleep(1)
    assert.equal(frames.slept(), true)
    assert.equal(frames.current(), undefined)
  })

  it('takes a wall clock that is set back for a sleep too', () => {
    const { clock, frames } = held()
    clock.sleep(-3_600_000)
    assert.equal(frames.current(), undefined)
  })
})
