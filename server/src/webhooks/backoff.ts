/** How often and for how long something is tried, in milliseconds. */
export interface Backoff {
  /** The waits after the first tries; the last one also after all further ones. */
  waits: readonly [number, ...number[]]
  /** After this time from the first try on there is no further one. */
  limit: number
}

const [second, minute, hour] = [1_000, 60_000, 3_600_000]

/** A visitor stands before the kiosk and waits for a number. */
export const handOffBackoff: Backoff = {
  waits: [second, 2 * second, 4 * second, 8 * second, 15 * second, 30 * second, minute],
  limit: 10 * minute,
}

/** Nobody waits; the receiver may be away for a night. */
export const notificationBackoff: Backoff = {
  waits: [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, hour],
  limit: 24 * hour,
}

/** The most that chance adds to a wait, as a share of it. */
const jitter = 1 / 4

export interface Tried {
  /** When the first try was, in milliseconds since 1970. */
  firstAt: number
  /** How many there have been, at least 1. */
  tries: number
  /** When the last one ended. */
  now: number
}

/**
 * When the next try is due: ever later, and not at the same moment as all the others that failed with
 * it (exponential backoff with jitter).
 * @param random from 0 up to but without 1.
 * @returns milliseconds since 1970; null where the time is over, so that no further try comes.
 */
export function nextTryAt(
  { waits, limit }: Backoff,
  { firstAt, tries, now }: Tried,
  random: number,
): number | null {
  const wait = waits[tries - 1] ?? waits.at(-1) ?? limit
  const due = now + Math.round(wait * (1 + jitter * random))
  return due <= firstAt + limit ? due : null
}
