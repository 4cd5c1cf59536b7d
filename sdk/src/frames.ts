import type { Clock } from './clock.ts'
import type { Frame } from './protocol.ts'

/** An answer that took longer says too little about when its frames are due. */
const slowMs = 2_000
/** Clocks that drift apart by this much between two readings mean that the machine slept. */
const sleptMs = 2_000

/** The moment at which frames were asked for; their durations count from here. */
export interface Asking {
  readonly at: number
  readonly skew: number
}

interface DueFrame {
  url: string
  from: number
  until: number
}

/**
 * Which frame is due now.
 *
 * Wall-clock time decides nothing here: frames are due by durations since they were asked for.
 * The wall clock only betrays a sleep, after which every duration would be wrong.
 */
export class FrameSchedule {
  readonly #clock: Clock
  #frames: DueFrame[] = []
  #skew = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  asking(): Asking {
    return { at: this.#clock.now(), skew: this.#skewNow() }
  }

  /** Takes frames in place of those in hand; `false` when they came too late to be of use. */
  take(asked: Asking, frames: readonly Frame[]): boolean {
    const took = this.#clock.now() - asked.at
    if (took > slowMs || this.#driftedFrom(asked.skew)) return false
    this.#skew = asked.skew
    this.#frames = frames.map(frame => ({
      url: frame.url,
      from: asked.at + frame.starts_in_ms,
      until: asked.at + frame.starts_in_ms + frame.lasts_ms,
    }))
    return true
  }

  /** What the QR is to say now; nothing at all rather than something stale. */
  current(): string | undefined {
    if (this.slept()) return undefined
    const now = this.#clock.now()
    return this.#frames.find(frame => frame.from <= now && now < frame.until)?.url
  }

  /** For how long there is something to show. */
  heldMs(): number {
    return Math.max(0, (this.#frames.at(-1)?.until ?? 0) - this.#clock.now())
  }

  slept(): boolean {
    return this.#frames.length > 0 && this.#driftedFrom(this.#skew)
  }

  /** Milliseconds until {@link current} changes; infinite when nothing in hand is due any more. */
  untilChange(): number {
    const now = this.#clock.now()
    const edges = this.#frames.flatMap(frame => [frame.from, frame.until])
    return Math.min(...edges.filter(edge => edge > now)) - now
  }

  drop(): void {
    this.#frames = []
  }

  #skewNow(): number {
    return this.#clock.wall() - this.#clock.now()
  }

  #driftedFrom(skew: number): boolean {
    return Math.abs(this.#skewNow() - skew) >= sleptMs
  }
}
