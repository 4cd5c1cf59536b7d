import type { UserCodeAnswer } from '../protocol.ts'
import type { KioskState, ScreenUpdate } from '../screen-update.ts'
import { type Language, messageOf, words } from '../words.ts'
import { Badge } from './badge.ts'
import { Card } from './card.ts'
import { CodeHelp } from './code-help.ts'
import { node } from './node.ts'
import { TimeLeft } from './time-left.ts'

/** What the buttons do. */
export interface ScreenActions {
  start(): void
  notMyPhone(): void
  userCode(): Promise<UserCodeAnswer>
}

export interface ScreenManner {
  /** The QR goes on for ever, so there is no time to tell. */
  endless: boolean
  /** The page around announces the states itself; hearing them twice helps nobody. */
  quiet: boolean
}

/** Which slot a page fills to replace the default words of a state. */
const slots: Record<KioskState, string> = {
  idle: 'idle',
  starting: 'pending',
  pending: 'pending',
  scanned: 'scanned',
  approved: 'approved',
  claimed: 'done',
  denied: 'ended',
  cancelled: 'ended',
  expired: 'ended',
  trouble: 'trouble',
}

/** What the element draws: one message at a time and, while there is something to scan, the card. */
export class Screen {
  readonly #badge = new Badge()
  readonly #card = new Card()
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
  readonly #codeHelp: CodeHelp
  readonly #root: HTMLElement
  #state: KioskState = 'idle'

  constructor(shadow: ShadowRoot, actions: ScreenActions) {
    this.#codeHelp = new CodeHelp(() => actions.userCode())
    this.#root = node(
      'div',
      { class: 'screen', tabindex: '-1' },
      this.#slot,
      this.#card.root,
      this.#timeLeft.bar,
      this.#timeLeft.time,
      this.#codeHelp.root,
    )
    shadow.append(this.#root, this.#announcement)
    this.#button.addEventListener('click', () => {
      if (this.#state === 'scanned') actions.notMyPhone()
      else actions.start()
    })
  }

  connect(): void {
    this.#card.connect()
  }

  disconnect(): void {
    this.#card.disconnect()
    this.#timeLeft.hide()
    this.#codeHelp.hide()
  }

  show(step: ScreenUpdate, language: Language, { endless, quiet }: ScreenManner): void {
    this.#state = step.state
    const { title, text } = messageOf(step, language)
    this.#slot.name = slots[step.state]
    this.#badge.show(step.state)
    this.#title.textContent = title
    this.#text.textContent = text
    this.#text.hidden = text === ''
    this.#announce(quiet ? '' : `${title}. ${text}`.trim())
    this.#showButton(language)
    this.#showCard(step, language, endless)
    this.#codeHelp.show(step.state === 'pending', language)
  }

  /** A live region that is written anew is read anew, so it is written only when it changes. */
  #announce(text: string): void {
    if (text !== this.#announcement.textContent) this.#announcement.textContent = text
  }

  #showButton(language: Language): void {
    const { start, again, notMyPhone } = words[language]
    const label = { idle: start, scanned: notMyPhone, ended: again }[this.#slot.name]
    const hadFocus = this.#button.matches(':focus')
    this.#button.hidden = label === undefined
    this.#button.textContent = label ?? ''
    this.#button.className = this.#state === 'scanned' ? '' : 'primary'
    // Whoever works by keyboard goes on from here, not from the top of the page.
    if (hadFocus && this.#button.hidden) this.#root.focus({ preventScroll: true })
  }

  #showCard(step: ScreenUpdate, language: Language, endless: boolean): void {
    this.#card.root.hidden = this.#slot.name !== 'pending'
    this.#card.show(step.qr, words[language].qr)
    const { id, remaining_ms } = step
    if (endless || step.state !== 'pending' || !id || remaining_ms === undefined) {
      this.#timeLeft.hide()
    } else {
      this.#timeLeft.show(id, remaining_ms, words[language].remaining)
    }
  }
}
