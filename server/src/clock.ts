/** The time in milliseconds since 1970. Nothing below the edges reads `Date.now()` itself. */
export type Clock = () => number

/** Somebody has set a clock, or it is wrong. */
export interface ClockStep {
  whose: 'machine' | 'database'
  /** How far it went, in milliseconds; ahead is more than 0. */
  by: number
  /** When this was noticed, by the monotonic clock. */
  since: number
  /** It has lasted: the gate goes by it. Until then it is doubted. */
  isFollowed: boolean
}

/** How far a clock can be trusted with what cannot be taken back. */
export interface Steadiness {
  /** The time that it is at least, whether what is doubted is right or wrong. */
  earliest: Clock
  /** For how long it has gone on without a step, in milliseconds. */
  steadyFor(): number
  /** Its own time when it was last set by so much that ages across that moment say nothing; 0 if it never was. */
  setAt(): number
}

/** A clock that can be set by a better one. */
export interface NodeClock extends Clock, Steadiness {
  /**
   * From now on this machine's wall clock does not matter.
   * @param time what the better one says.
   * @param at when it was so, by the monotonic clock.
   */
  follow(time: number, at?: number): void
  /** What is doubted just now, or was followed a moment ago. */
  step(): ClockStep | null
}

export interface ClockParts {
  wall?: () => number
  monotonic?: () => number
  /** A step is noticed, followed, or was taken back before it was followed. */
  onStep?(step: ClockStep, what: 'noticed' | 'followed' | 'over'): void
}

/** A clock that jumps is believed only after the jump has lasted this long. */
const jumpMustLast = 60_000
/** Smaller differences are drift, followed without ever stepping back. */
const drift = 500
/** Ages across a smaller step are wrong by little. */
const largeStep = 60_000
/** What sets a clock smoothly changes its pace by at most a tenth (chrony does by a twelfth). */
const pace = 0.1

interface Jump {
  by: number
  /** Since when it has been the same. */
  at: number
  /** Since when the clock has not been right, by this jump or one before it. */
  since: number
}

/**
 * Wall time at boot plus monotonic time, so that a jump of the machine's clock, or of the database's where
 * that is followed, neither expires nor revives a sign-in. A change that lasts 60 s is a correction.
 */
export function createClock({
  wall = Date.now,
  monotonic = () => performance.now(),
  onStep = () => {},
}: ClockParts = {}): NodeClock {
  let last = monotonic()
  let base = wall() - last
  let steadySince = last
  let setAt = 0
  let jump: Jump | undefined
  let followed: ClockStep | undefined
  let latest = 0
  let whose: ClockStep['whose'] = 'machine'

  const stepOf = ({ by, since }: Jump, isFollowed: boolean): ClockStep => ({
    whose,
    by: Math.round(by),
    since,
    isFollowed,
  })

  /** @param tick when the other clock was ahead of the monotonic one by `other`. */
  const compare = (other: number, tick: number) => {
    const offset = other - base
    if (Math.abs(offset) <= drift) {
      const most = Math.max(0, tick - last) * pace
      base += Math.max(-most, Math.min(offset, most))
      const over = jump
      jump = undefined
      if (over) onStep(stepOf(over, false), 'over')
    } else if (jump === undefined || Math.abs(offset - jump.by) > drift) {
      const before = jump
      jump = { by: offset, at: tick, since: before?.since ?? tick }
      if (!before) onStep(stepOf(jump, false), 'noticed')
    } else if (tick - jump.at >= jumpMustLast) {
      base += offset
      latest = 0
      steadySince = tick
      if (Math.abs(offset) > largeStep) setAt = base + tick
      followed = stepOf({ ...jump, since: tick }, true)
      jump = undefined
      onStep(followed, 'followed')
    }
    last = Math.max(last, tick)
  }

  const read = () => {
    const tick = monotonic()
    if (whose === 'machine') {
      const ahead = wall() - tick
      // Whoever was stopped between the two has compared nothing.
      if (monotonic() - tick < drift) compare(ahead, tick)
    }
    latest = Math.max(latest, Math.floor(base + tick))
    return latest
  }

  return Object.assign(read, {
    follow(time: number, at = monotonic()) {
      if (whose === 'database') return compare(time - at, at)
      // Whose step that was does not matter any more.
      jump = undefined
      followed = undefined
      whose = 'database'
      last = at
      steadySince = at
      base = time - at
      // A step back larger than drift was a wrong clock at boot; staying ahead of it would be wrong.
      if (latest - time > drift) latest = 0
    },
    earliest() {
      const now = read()
      return now + Math.min(0, Math.round(jump?.by ?? 0))
    },
    steadyFor: () => monotonic() - steadySince,
    setAt: () => setAt,
    step() {
      read()
      if (jump) return stepOf(jump, false)
      return followed && monotonic() - followed.since < jumpMustLast ? followed : null
    },
  })
}

/**
 * Whether the clock has gone on for so long that its ages are real: what was removed by a step would be missed
 * once that is taken back. An hour, as no process may live as long as some things are kept.
 */
export function isSettled({ steadyFor }: Steadiness): boolean {
  return steadyFor() >= 3_600_000
}

/** Of a clock that somebody else looks after. */
export function steady(clock: Clock): Steadiness {
  return { earliest: clock, steadyFor: () => Number.POSITIVE_INFINITY, setAt: () => 0 }
}
