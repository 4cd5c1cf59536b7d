import { isNewer } from './hand-off-news.ts'
import { finalStates, type HandOffView, type SignInView } from './protocol.ts'

/** One sign-in as its kiosk knows it: the last view that was news, and when its state runs out. */
export class WatchedSignIn {
  readonly id: string
  readonly secret: string
  #view: SignInView | undefined
  #deadline = Number.POSITIVE_INFINITY
  #lifeMs = 0
  /** The view only follows from a claim's answer: the gate's own says more. */
  #assumed = false

  constructor(id: string, secret: string) {
    this.id = id
    this.secret = secret
  }

  /** The longest that it was ever known to have left unscanned. */
  get lifeMs(): number {
    return this.#lifeMs
  }

  get view(): SignInView | undefined {
    return this.#view
  }

  /** No phone has scanned it, as far as is known. */
  get open(): boolean {
    return this.#view === undefined || this.#view.state === 'pending'
  }

  get final(): boolean {
    return this.#view !== undefined && finalStates.has(this.#view.state)
  }

  /**
   * Takes a view in; `false` when it is old news.
   *
   * The same view again is no news, but it measures the time left anew. What the visitor has asked for
   * changes while the sign-in itself stays as it is.
   */
  take(view: SignInView, now: number): boolean {
    const seen = this.#view?.seq ?? -1
    if (view.seq < seen) return false
    if (view.expires_in_ms !== undefined) this.#deadline = now + view.expires_in_ms
    if (view.state === 'pending') this.#lifeMs = Math.max(this.#lifeMs, view.expires_in_ms ?? 0)
    const isNews = view.seq > seen || this.#assumed || this.#isNewerHandOff(view)
    if (!isNews) return false
    this.#assumed = false
    this.#view = view
    return true
  }

  /** A claim was answered: it is claimed now, whatever the gate says next. `false` when that is known. */
  claim(handOff?: HandOffView): boolean {
    if (this.#view?.state === 'claimed' || this.final) return false
    const seq = (this.#view?.seq ?? 0) + 1
    this.#view = { id: this.id, seq, state: 'claimed', ...(handOff && { hand_off: handOff }) }
    this.#assumed = true
    return true
  }

  #isNewerHandOff({ hand_off }: SignInView): boolean {
    return hand_off !== undefined && isNewer(hand_off, this.#view?.hand_off)
  }

  remainingMs(now: number): number {
    return Math.max(0, this.#deadline - now)
  }
}
