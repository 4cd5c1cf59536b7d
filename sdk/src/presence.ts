import { Backoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { GateError } from './gate-error.ts'
import type { KioskPolicy } from './protocol.ts'
import type { KioskSocket } from './socket.ts'
import { browserIsOffline, toleratedMs } from './trouble.ts'

export interface PresenceParts {
  socket: Pick<KioskSocket, 'attend'>
  clock: Clock
  /** {@link Presence.trouble} is another one. */
  changed(): void
  /** The gate has said what the kiosk's policy is; perhaps what it was already. */
  policy?(policy: KioskPolicy): void
  random?: () => number
  /** Whether there is no network at all; by default what the browser knows of it. */
  isOffline?: () => boolean
}

/** Refusals that an operator may take back, so they are worth another try. */
const lasting: ReadonlySet<string> = new Set(['kiosk_not_enrolled', 'kiosk_revoked'])

/**
 * What an enrolled kiosk's own page knows of its gate while nobody signs in, by one socket that stays
 * open: so a visitor sees that something is wrong before tapping.
 */
export class Presence {
  readonly #parts: PresenceParts
  readonly #backoff: Backoff
  #trouble: string | undefined
  #stopWaiting = () => {}
  #leave: (() => void) | undefined

  constructor(parts: PresenceParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.random && { random: parts.random })
  }

  /** What is wrong: `unreachable`, `offline`, `kiosk_not_enrolled` or `kiosk_revoked`. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** Does nothing when it has started already. */
  start(): void {
    if (!this.#leave) this.#attend()
  }

  stop(): void {
    this.#stopWaiting()
    this.#leave?.()
    this.#leave = undefined
    this.#trouble = undefined
  }

  #attend(): void {
    this.#leave = this.#parts.socket.attend({
      greeted: () => {
        this.#backoff.reset()
        this.#is(undefined)
      },
      policy: policy => this.#parts.policy?.(policy),
      lost: () => this.#lost(),
      refused: error => this.#refused(error),
    })
  }

  #lost(): void {
    if (this.#trouble !== undefined) return
    const { clock, isOffline = browserIsOffline } = this.#parts
    this.#stopWaiting()
    this.#stopWaiting = clock.after(toleratedMs, () => {
      this.#is(isOffline() ? 'offline' : 'unreachable')
    })
  }

  #refused({ code }: GateError): void {
    // A gate that is older than this page knows no `hello`: then a tap will tell, as it used to.
    this.#is(lasting.has(code) ? code : undefined)
    if (!lasting.has(code)) return
    this.#stopWaiting = this.#parts.clock.after(this.#backoff.next(), () => this.#attend())
  }

  #is(trouble: string | undefined): void {
    this.#stopWaiting()
    if (trouble === this.#trouble) return
    this.#trouble = trouble
    this.#parts.changed()
  }
}
