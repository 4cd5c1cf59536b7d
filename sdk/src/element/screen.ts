import '../qr.ts'
import type { Language, UserCodeAnswer } from '../protocol.ts'
import { type KioskState, type ScreenUpdate, screenOf } from '../screen-update.ts'
import { messageOf, screenWords } from '../words.ts'
import { Badge } from './badge.ts'
import { CodeHelp } from './code-help.ts'
import { Finish } from './finish.ts'
import { node } from './node.ts'
import { TimeLeft } from './time-left.ts'

/** What the buttons do. */
export interface ScreenActions {
  start(): void
  notMyPhone(): void
  finish(): void
  userCode(): Promise<UserCodeAnswer>
}

export interface ScreenOptions {
  /** The QR goes on for ever, so there is no time left to show. */
  endless: boolean
  /** The page around announces the states itself; hearing them twice helps nobody. */
  quiet: boolean
}

/** What the element draws: one message at a time and, while there is something to scan, the card. */
export class Screen {
  readonly #badge = new Badge()
  readonly #qr = node('qrgate-qr', { exportparts: 'qr' })
  /** It keeps its place on the screen while there is no QR. */
  readonly #card = node('div', { part: 'card', class: 'card' }, this.#qr)
  readonly #timeLeft = new TimeLeft()
  readonly #title = node('h2', { part: 'title' })
  readonly #text = node('p', { part: 'text', class: 'text' })
  readonly #button = node('button', { part: 'button', type: 'button' })
  readonly #announcement = node('p', { class: 'unseen', role: 'status' })
  readonly #slot = node(
    'slot',
    {},
    node('div', { class: 'message' }, this.#badge.root, this.#title, this.#text, this.#button),
  )
  readonly #finish: Finish
  readonly #codeHelp: CodeHelp
  readonly #codeSlot: HTMLSlotElement
  readonly #root: HTMLElement
  #state: KioskState = 'idle'

  constructor(shadow: ShadowRoot, actions: ScreenActions) {
    this.#finish = new Finish(() => actions.finish())
    this.#codeHelp = new CodeHelp(() => actions.userCode())
    this.#codeSlot = node('slot', { name: 'code-help' }, this.#codeHelp.root)
    this.#root = node(
      'div',
      { class: 'screen', tabindex: '-1' },
      this.#slot,
      this.#card,
      this.#timeLeft.bar,
      this.#timeLeft.time,
      this.#finish.root,
      this.#codeSlot,
    )
    shadow.append(this.#root, this.#announcement)
    this.#button.addEventListener('click', () => {
      if (this.#state === 'scanned') actions.notMyPhone()
      else actions.start()
    })
  }

  /** The element leaves the page: nothing of it goes on by itself. */
  disconnect(): void {
    this.#timeLeft.hide()
    this.#codeHelp.hide()
  }

  show(update: ScreenUpdate, language: Language, { endless, quiet }: ScreenOptions): void {
    const words = screenWords[language]
    const { title, text } = messageOf(update, words)
    this.#state = update.state
    this.#slot.name = screenOf(update.state)
    this.#badge.show(update.state)
    this.#title.textContent = title
    this.#text.textContent = text
    this.#text.hidden = text === ''
    this.#announce(quiet ? '' : `${title}. ${text}`.trim())
    const hadFocus = this.#button.matches(':focus') || this.#finish.hasFocus
    this.#showButton(update, language)
    this.#finish.show(update, words, quiet)
    // Whoever works by keyboard goes on from here, not from the top of the page.
    if (hadFocus && !this.#hasFocus) this.#root.focus({ preventScroll: true })
    this.#card.hidden = this.#slot.name !== 'pending'
    this.#qr.content = update.qr
    this.#qr.label = words.qr
    if (endless) this.#timeLeft.hide()
    else this.#timeLeft.show(update, words.remaining)
    this.#showCodeHelp(language)
  }

  /** A live region that is written anew is read anew, so it is written only when it changes. */
  #announce(text: string): void {
    if (text !== this.#announcement.textContent) this.#announcement.textContent = text
  }

  #showButton({ state }: ScreenUpdate, language: Language): void {
    const { start, again, notMyPhone } = screenWords[language]
    const ended = state === 'ended' ? start : again
    const label = { idle: start, scanned: notMyPhone, ended }[this.#slot.name]
    this.#button.hidden = label === undefined
    this.#button.textContent = label ?? ''
    this.#button.className = state === 'scanned' ? '' : 'primary'
  }

  /** Whether a keyboard is at a button that is still there. */
  get #hasFocus(): boolean {
    return (
      (this.#button.matches(':focus') && !this.#button.hidden) ||
      (this.#finish.hasFocus && !this.#finish.root.hidden)
    )
  }

  /** Only beside a QR, which a camera could fail to read. */
  #showCodeHelp(language: Language): void {
    this.#codeSlot.hidden = this.#state !== 'pending'
    if (this.#codeSlot.hidden) this.#codeHelp.hide()
    this.#codeHelp.show(screenWords[language].code)
  }
}
