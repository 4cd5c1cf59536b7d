/** The time in milliseconds since 1970. Nothing below the edges reads `Date.now()` itself. */
export type Clock = () => number

/** A clock that can be set by a better one. */
export interface NodeClock extends Clock {
  /** From now on this machine's wall clock does not matter. @param time what the better one says. */
  follow(time: number): void
}

/** A wall clock that jumps is believed only after the jump has lasted this long. */
const jumpMustLast = 60_000
/** Smaller differences are drift, followed without ever stepping back. */
const drift = 500
/** What sets a clock smoothly changes its pace by at most a tenth (chrony does by a twelfth). */
const pace = 0.1

/**
 * Wall time at boot plus monotonic time, so that a jump of the machine's clock neither expires nor
 * revives a sign-in. A change that lasts 60 s is a correction and is followed.
 */
export function createClock(
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): NodeClock {
  let last = monotonic()
  let base = wall() - last
  let jump: { by: number; at: number } | undefined
  let latest = 0
  let following = false

  const correct = (tick: number) => {
    const offset = wall() - tick - base
    if (Math.abs(offset) <= drift) {
      const most = (tick - last) * pace
      base += Math.max(-most, Math.min(offset, most))
      jump = undefined
    } else if (jump === undefined || Math.abs(offset - jump.by) > drift) {
      jump = { by: offset, at: tick }
    } else if (tick - jump.at >= jumpMustLast) {
      base += offset
      latest = 0
      jump = undefined
    }
    last = tick
  }

  const clock = () => {
    const tick = monotonic()
    if (!following) correct(tick)
    latest = Math.max(latest, Math.floor(base + tick))
    return latest
  }
  return Object.assign(clock, {
    follow(time: number) {
      following = true
      base = time - monotonic()
      // A step back larger than drift was a wrong clock at boot; staying ahead of it would be wrong.
      if (latest - time > drift) latest = 0
    },
  })
}
