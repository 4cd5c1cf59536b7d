import type { UserCodeAnswer } from '../protocol.ts'
import { type Language, words } from '../words.ts'
import { node } from './node.ts'
import { clockFace } from './time-left.ts'

/**
 * For visitors whose camera cannot help: a code to type, asked for only after a tap, because a
 * photograph of the screen would carry it away.
 */
export class CodeHelp {
  readonly #open = node('button', { part: 'code-help', type: 'button', class: 'plain' })
  readonly #note = node('p', { class: 'note', 'aria-hidden': 'true' })
  readonly #addressLabel = node('p')
  readonly #address = node('p', { part: 'code-address', class: 'address' })
  readonly #codeLabel = node('p')
  readonly #code = node('p', { part: 'code', class: 'code', 'aria-hidden': 'true' })
  readonly #timeLabel = node('span')
  readonly #time = node('b')
  readonly #close = node('button', { part: 'code-close', type: 'button', class: 'plain' })
  readonly #spoken = node('p', { class: 'unseen', role: 'status' })
  readonly #panel = node(
    'div',
    { part: 'code-panel', class: 'panel', tabindex: '-1' },
    this.#addressLabel,
    this.#address,
    this.#codeLabel,
    this.#code,
    node('p', {}, this.#timeLabel, ' ', this.#time),
    this.#close,
  )
  readonly root = node(
    'slot',
    { name: 'code-help' },
    node('div', { class: 'code-help' }, this.#open, this.#note, this.#panel, this.#spoken),
  )
  readonly #ask: () => Promise<UserCodeAnswer>
  #language: Language = 'en'
  /** The question under way; an answer to any other comes too late. */
  #asking: object | undefined
  #answer: UserCodeAnswer | undefined
  #deadline = 0
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(ask: () => Promise<UserCodeAnswer>) {
    this.#ask = ask
    this.#open.addEventListener('click', () => this.#opened())
    this.#close.addEventListener('click', () => {
      this.#forget()
      this.#open.focus()
    })
    this.#draw()
  }

  /** @param wanted whether there is a QR that a camera could fail to read. */
  show(wanted: boolean, language: Language): void {
    const changed = language !== this.#language
    this.#language = language
    this.root.hidden = !wanted
    if (!wanted) this.hide()
    if (changed) this.#draw()
  }

  hide(): void {
    if (this.#asking || this.#answer || this.#note.textContent) this.#forget()
  }

  async #opened(): Promise<void> {
    const asking = {}
    this.#forget()
    this.#asking = asking
    this.#open.disabled = true
    const answer = await this.#ask().catch(() => undefined)
    if (this.#asking !== asking) return
    this.#forget(answer ? '' : words[this.#language].code.failed)
    if (!answer) return
    this.#answer = answer
    this.#deadline = performance.now() + answer.expires_in * 1000
    this.#timer = setInterval(() => this.#tick(), 250)
    this.#draw()
    this.#panel.focus()
  }

  #forget(note = ''): void {
    clearInterval(this.#timer)
    this.#asking = this.#answer = undefined
    this.#open.disabled = false
    this.#note.textContent = note
    this.#draw()
  }

  #draw(): void {
    const { help, open, type, time, close, spoken } = words[this.#language].code
    const answer = this.#answer
    this.#open.textContent = help
    this.#addressLabel.textContent = open
    this.#codeLabel.textContent = type
    this.#timeLabel.textContent = time
    this.#close.textContent = close
    const address = answer ? addressToType(answer.verification_uri) : ''
    this.#address.textContent = address
    this.#code.textContent = answer?.user_code ?? ''
    this.#spoken.textContent = answer
      ? spoken(address, spelled(answer.user_code))
      : this.#note.textContent
    this.#open.hidden = answer !== undefined
    this.#panel.hidden = answer === undefined
    this.#note.hidden = this.#note.textContent === ''
    if (answer) this.#tick()
  }

  #tick(): void {
    const left = this.#deadline - performance.now()
    if (left > 0) this.#time.textContent = clockFace(left)
    else this.#forget(words[this.#language].code.over)
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
