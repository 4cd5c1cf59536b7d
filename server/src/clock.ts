/** The time in milliseconds since 1970. Nothing below the edges reads `Date.now()` itself. */
export type Clock = () => number

/** A wall clock that jumps is believed only after the jump has lasted this long. */
const lasting = 60_000
/** Smaller differences are drift, followed at once without ever stepping back. */
const drift = 500

/**
 * Wall time at boot plus monotonic time, so that a jump of the machine's clock neither expires nor
 * revives a sign-in. A change that lasts 60 s is a correction and is followed.
 */
export function createClock(
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): Clock {
  let base = wall() - monotonic()
  let jumpedAt: number | undefined
  let latest = 0

  return () => {
    const tick = monotonic()
    const offset = wall() - tick - base
    if (Math.abs(offset) <= drift) {
      base += offset
      jumpedAt = undefined
    } else {
      jumpedAt ??= tick
      if (tick - jumpedAt >= lasting) {
        base += offset
        latest = 0
        jumpedAt = undefined
      }
    }
    latest = Math.max(latest, Math.floor(base + tick))
    return latest
  }
}
