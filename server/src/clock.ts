/** The time in milliseconds since 1970. Nothing below the edges reads `Date.now()` itself. */
export type Clock = () => number

/** A wall clock that jumps is believed only after the jump has lasted this long. */
const lasting = 60_000
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
): Clock {
  let last = monotonic()
  let base = wall() - last
  let jump: { by: number; at: number } | undefined
  let latest = 0

  return () => {
    const tick = monotonic()
    const offset = wall() - tick - base
    if (Math.abs(offset) <= drift) {
      const most = (tick - last) * pace
      base += Math.max(-most, Math.min(offset, most))
      jump = undefined
    } else if (jump === undefined || Math.abs(offset - jump.by) > drift) {
      jump = { by: offset, at: tick }
    } else if (tick - jump.at >= lasting) {
      base += offset
      latest = 0
      jump = undefined
    }
    last = tick
    latest = Math.max(latest, Math.floor(base + tick))
    return latest
  }
}
