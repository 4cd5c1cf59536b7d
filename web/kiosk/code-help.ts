import { addressToType, clockFace, spelled } from '@qrgate/sdk/kiosk-element'
import type { UserCodeAnswer } from '@qrgate/sdk/protocol'
import { html, type ReactiveController, type ReactiveControllerHost } from 'lit'
import { Countdown } from './countdown.ts'
import type { Words } from './words.ts'

type Stand =
  | { shows: 'question'; note?: 'failed' | 'over' }
  | { shows: 'waiting' }
  | { shows: 'code'; answer: UserCodeAnswer }

/**
 * "Camera doesn't work?": a code to type, asked for only after a tap, because a photograph of the
 * screen would carry it away. The QR beside it stays good all the while.
 */
export class CodeHelp implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #ask: () => Promise<UserCodeAnswer>
  readonly #left: Countdown
  #stand: Stand = { shows: 'question' }

  constructor(host: ReactiveControllerHost & HTMLElement, ask: () => Promise<UserCodeAnswer>) {
    this.#host = host
    this.#ask = ask
    this.#left = new Countdown(host)
    host.addController(this)
  }

  hostDisconnected(): void {
    this.reset()
  }

  /** The sign-in that the code was for is not on the screen any more. */
  reset(): void {
    this.#left.stop()
    this.#go({ shows: 'question' })
  }

  render(words: Words) {
    const stand = this.#stand
    return html`
      <div class="code-help">
        ${stand.shows === 'code' ? this.#card(words, stand.answer) : this.#question(words, stand)}
        <p class="unseen" role="status">
          ${stand.shows === 'code' ? spoken(words, stand.answer) : noteOf(words, stand)}
        </p>
      </div>`
  }

  #question(words: Words, stand: Exclude<Stand, { shows: 'code' }>) {
    const note = noteOf(words, stand)
    return html`
      <button type="button" class="ask" ?disabled=${stand.shows === 'waiting'} @click=${this.#open}>
        ${words.code.help}
      </button>
      <p class="note" aria-hidden="true" ?hidden=${note === ''}>${note}</p>`
  }

  #card({ code }: Words, { user_code, verification_uri }: UserCodeAnswer) {
    return html`
      <div class="code-card" tabindex="-1">
        <p>${code.open} <strong class="address">${addressToType(verification_uri)}</strong></p>
        <p>${code.type}</p>
        <p class="code" aria-hidden="true">${user_code}</p>
        <p class="rest">
          <span>${code.time} <b>${clockFace(this.#left.left * 1000)}</b></span>
          <button type="button" class="hide" @click=${this.#close}>${code.close}</button>
        </p>
      </div>`
  }

  #open = async (): Promise<void> => {
    const waiting: Stand = { shows: 'waiting' }
    this.#go(waiting)
    const answer = await this.#ask().catch(() => undefined)
    if (this.#stand !== waiting) return
    if (!answer) return this.#go({ shows: 'question', note: 'failed' })
    this.#left.start(answer.expires_in, () => this.#go({ shows: 'question', note: 'over' }))
    this.#go({ shows: 'code', answer })
    await this.#focus('.code-card')
  }

  #close = (): void => {
    this.reset()
    void this.#focus('.code-help .ask')
  }

  #go(stand: Stand): void {
    this.#stand = stand
    this.#host.requestUpdate()
  }

  /** What had the focus is gone; a keyboard goes on from what came in its place. */
  async #focus(selector: string): Promise<void> {
    await this.#host.updateComplete
    this.#host.querySelector<HTMLElement>(selector)?.focus()
  }
}

function noteOf({ code }: Words, stand: Stand): string {
  return stand.shows === 'question' && stand.note ? code[stand.note] : ''
}

function spoken({ code }: Words, { user_code, verification_uri }: UserCodeAnswer): string {
  return `${code.open} ${addressToType(verification_uri)} ${code.type} ${spelled(user_code)}.`
}
