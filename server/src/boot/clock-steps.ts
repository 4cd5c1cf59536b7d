import type { ClockParts, ClockStep, NodeClock } from '../clock.ts'
import type { Degraded } from '../http/health-part.ts'
import type { EventLog } from '../logger.ts'

type OnStep = NonNullable<ClockParts['onStep']>

/** Smaller ones do no harm, and some machines make them all day, in milliseconds. */
const worthSaying = 5_000

/** Tells of a clock that was set. @param followed told when the gate goes by another time than before. */
export function noteSteps(logger: EventLog, followed: () => void): OnStep {
  return (step, what) => {
    if (Math.abs(step.by) < worthSaying) return
    if (what === 'followed') followed()
    const said = { whose: step.whose, by_ms: step.by }
    if (what === 'over') logger.info(said, `${clockOf(step)} is right again`)
    else logger.warn(said, reasonOf(step))
  }
}

/** What `/readyz` says of it. */
export function clockDegraded(clock: Pick<NodeClock, 'step'>): Degraded | null {
  const step = clock.step()
  if (step === null || Math.abs(step.by) < worthSaying) return null
  return { for_ms: Math.round(performance.now() - step.since), reason: reasonOf(step) }
}

function reasonOf(step: ClockStep): string {
  const how = `${clockOf(step)} has jumped ${step.by > 0 ? 'ahead' : 'back'} by ${lengthOf(step.by)}`
  if (step.isFollowed) return `${how}; it has lasted, and the gate goes by it now`
  return `${how}; not believed before it has lasted a minute`
}

function clockOf({ whose }: ClockStep): string {
  return whose === 'database' ? "the database's clock" : "this machine's clock"
}

/** In the largest unit that says it well: 90 s, 5 min, 2 h, 3 days. */
export function lengthOf(ms: number): string {
  const seconds = Math.abs(ms) / 1000
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200 - 60) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} days`
}
