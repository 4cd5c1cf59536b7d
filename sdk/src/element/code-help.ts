import type { UserCodeAnswer } from '../protocol.ts'
import type { CodeWords } from '../words.ts'
import { node } from './node.ts'
import { clockFace } from './time-left.ts'

/**
 * "Camera doesn't work?" and the code to type that a tap on it brings.
 *
 * The code is asked for only after a tap, because a photograph of the screen would carry it away.
 * Draws itself without a style of its own: classes are for pages, parts for users of the element.
 */
export class CodeHelp {
  readonly #open = node('button', { part: 'code-help', type: 'button', class: 'ask' })
  readonly #note = node('p', { class: 'note', 'aria-hidden': 'true' })
  readonly #addressLabel = node('p')
  readonly #address = node('p', { part: 'code-address', class: 'address' })
  readonly #codeLabel = node('p')
  readonly #code = node('p', { part: 'code', class: 'code', 'aria-hidden': 'true' })
  readonly #timeLabel = node('span')
  readonly #time = node('b')
  readonly #close = node('button', { part: 'code-close', type: 'button', class: 'hide' })
  readonly #panel = node(
    'div',
    { part: 'code-panel', class: 'code-card', tabindex: '-1' },
    node('div', {}, this.#addressLabel, this.#address),
    this.#codeLabel,
    this.#code,
    node('div', { class: 'rest' }, node('p', {}, this.#timeLabel, ' ', this.#time), this.#close),
  )
  readonly #spoken = node('p', { class: 'unseen', role: 'status' })
  readonly root = node('div', { class: 'code-help' }, this.#open, this.#note, this.#spoken)
  readonly #ask: () => Promise<UserCodeAnswer>
  readonly #opens: (isOpen: boolean) => void
  #words: CodeWords | undefined
  #noteKind: 'failed' | 'over' | undefined
  /** The request under way; an answer to any other comes too late. */
  #asking: object | undefined
  #answer: UserCodeAnswer | undefined
  #deadline = 0
  #timer: ReturnType<typeof setInterval> | undefined

  /**
   * @param ask gets a code of the sign-in on the screen.
   * @param opens told when a code is shown, and when it is no more: a page may make room for it.
   */
  constructor(ask: () => Promise<UserCodeAnswer>, opens: (isOpen: boolean) => void = () => {}) {
    this.#ask = ask
    this.#opens = opens
    this.#open.addEventListener('click', () => void this.#opened())
    this.#close.addEventListener('click', () => {
      this.hide()
      this.#open.focus()
    })
  }

  /** Says everything in these words from now on; an open code stays open. */
  show(words: CodeWords): void {
    if (words === this.#words) return
    this.#words = words
    this.#draw()
  }

  /** Takes a code or a note away, as the sign-in that it belongs to is over. */
  hide(): void {
    if (this.#asking || this.#answer || this.#noteKind) this.#forget()
  }

  async #opened(): Promise<void> {
    const asking = {}
    this.#forget()
    this.#asking = asking
    this.#open.disabled = true
    const answer = await this.#ask().catch(() => undefined)
    if (this.#asking !== asking) return
    this.#forget(answer ? undefined : 'failed')
    if (!answer) return
    this.#answer = answer
    this.#deadline = performance.now() + answer.expires_in * 1000
    this.#timer = setInterval(() => this.#tick(), 250)
    this.#draw()
    this.#panel.focus()
  }

  #forget(note?: 'failed' | 'over'): void {
    clearInterval(this.#timer)
    this.#asking = this.#answer = undefined
    this.#noteKind = note
    this.#open.disabled = false
    this.#draw()
  }

  #draw(): void {
    if (!this.#words) return
    const { help, open, type, time, close, spoken } = this.#words
    const answer = this.#answer
    const address = answer ? addressToType(answer.verification_uri) : ''
    const note = this.#noteKind ? this.#words[this.#noteKind] : ''
    this.#open.textContent = help
    this.#note.textContent = note
    this.#note.hidden = answer !== undefined || note === ''
    this.#addressLabel.textContent = open
    this.#address.textContent = address
    this.#codeLabel.textContent = type
    this.#code.textContent = answer?.user_code ?? ''
    this.#timeLabel.textContent = time
    this.#close.textContent = close
    // What is not shown is not in the page either.
    if (answer) this.#open.replaceWith(this.#panel)
    else this.#panel.replaceWith(this.#open)
    this.#opens(answer !== undefined)
    this.#announce(answer ? spoken(address, spelled(answer.user_code)) : note)
    if (answer) this.#tick()
  }

  /** A live region that is written anew is read anew, so it is written only when it changes. */
  #announce(text: string): void {
    if (text !== this.#spoken.textContent) this.#spoken.textContent = text
  }

  #tick(): void {
    const left = this.#deadline - performance.now()
    if (left > 0) this.#time.textContent = clockFace(left)
    else this.#forget('over')
  }
}

/** Browsers add https by themselves; anything else has to be typed. */
export function addressToType(uri: string): string {
  return uri.replace(/^https:\/\//, '')
}

/** `W, D, J, B, M, J, H, T`: a screen reader reads letters instead of inventing a word. */
export function spelled(code: string): string {
  return [...code.replace(/\W/g, '')].join(', ')
}
