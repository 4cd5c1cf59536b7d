import type { Clock } from './clock.ts'
import { GateError } from './gate-error.ts'
import type { ClaimAnswer, HandOffView, Localized, Service } from './protocol.ts'
import type { ScreenUpdate } from './screen-update.ts'

/** Why a service cannot be chosen that the gate has refused a moment ago: all that is said without a screen's words. */
const closedNow: Localized = { ko: '지금은 접수하지 않습니다', en: 'Closed right now' }

/** For so long a visitor is told that the client is being asked; then, that staff will help. */
export const waitedMs = 8_000

/** What a screen is told of it. */
type Shown = Pick<ScreenUpdate, 'services' | 'handOff' | 'choosing' | 'late'>

/** What one visitor may choose from, and what becomes of the choice, while the visit lasts. */
export class VisitServices {
  readonly #clock: Clock
  readonly #changed: () => void
  #services: readonly Service[] = []
  #handOff: HandOffView | undefined
  #choosing: string | undefined
  /** The hand-off that there was when the visitor began to choose. */
  #before: HandOffView | undefined
  /** A hand-off that came to nothing, and is not spoken of while the visitor chooses another service. */
  #setAside: HandOffView | undefined
  /** What is waited for, and whether that has taken too long. */
  #waitedFor: string | undefined
  #late = false
  #stopWaiting = () => {}

  /** @param changed {@link shown} is another one, without anybody having called. */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  get shown(): Shown {
    const handOff = this.#handOff
    const isSpokenOf = handOff !== undefined && !isSame(handOff, this.#setAside)
    return {
      ...(this.#services.length > 0 && { services: this.#services }),
      ...(isSpokenOf && { handOff }),
      ...(this.#awaited !== undefined && { choosing: this.#awaited }),
      ...(this.#late && { late: true }),
    }
  }

  /** The claim was answered. */
  begin({ services = [], hand_off }: ClaimAnswer): void {
    this.#services = services
    this.heard(this.#handOff ?? hand_off)
  }

  /** How the hand-off stands now, as far as the sign-in's updates say. */
  heard(handOff: HandOffView | undefined): void {
    if (handOff) this.#handOff = handOff
    this.#wait()
  }

  /**
   * The visitor chooses; a second tap is no second choice.
   * @param call tells the gate. @throws {GateError} where it refuses: there is a choice again.
   */
  async choose(id: string, call: () => Promise<HandOffView | undefined>): Promise<void> {
    if (this.#choosing !== undefined) return
    this.#choosing = id
    this.#before = this.#setAside = this.#handOff
    this.#wait()
    this.#changed()
    try {
      const handOff = await call()
      // The same that came to nothing may have been chosen once more.
      this.#setAside = undefined
      this.heard(handOff)
    } catch (error) {
      if (error instanceof GateError && closedCodes.has(error.code)) this.#close(id)
      throw error
    } finally {
      this.#choosing = undefined
      this.#wait()
      this.#changed()
    }
  }

  /** Back to the choice, as nothing came of the first. */
  chooseAnother(): void {
    if (this.#services.length === 0 || this.#choosing !== undefined) return
    this.#setAside = this.#handOff
    this.#changed()
  }

  stop(): void {
    this.#stopWaiting()
  }

  /** What was chosen and is not known to have reached the gate: where an answer is lost, the news may come first. */
  get #awaited(): string | undefined {
    const { id, service } = this.#handOff ?? {}
    const isKnown = id !== this.#before?.id && service?.id === this.#choosing
    return isKnown ? undefined : this.#choosing
  }

  /** Counts once for each choice, from the tap, or from when this page hears of it. */
  #wait(): void {
    const { state, service } = this.#handOff ?? {}
    const waitedFor = this.#awaited ?? (state === 'requested' ? service?.id : undefined)
    if (waitedFor === this.#waitedFor) return
    this.#stopWaiting()
    this.#waitedFor = waitedFor
    this.#late = false
    if (waitedFor === undefined) return
    this.#stopWaiting = this.#clock.after(waitedMs, () => {
      this.#late = true
      this.#changed()
    })
  }

  /** The gate says more the next time that it is asked; until then it cannot be chosen. */
  #close(id: string): void {
    this.#services = this.#services.map(service =>
      service.id === id ? { ...service, closed: service.closed ?? closedNow } : service,
    )
  }
}

/** The gate does not take this choice, and would not take it again. */
const closedCodes: ReadonlySet<string> = new Set(['service_closed', 'service_unknown'])

function isSame(a: HandOffView, b: HandOffView | undefined): boolean {
  return a.id === b?.id && a.seq === b.seq
}
