import '../qr.ts'
import type { Language, UserCodeAnswer } from '../protocol.ts'
import { mayChooseAnother, type ScreenUpdate, screenOf } from '../screen-update.ts'
import { ticketSaid } from '../ticket-words.ts'
import { messageOf, screenWords } from '../words.ts'
import { Badge } from './badge.ts'
import { CodeHelp } from './code-help.ts'
import { Finish } from './finish.ts'
import { node } from './node.ts'
import { ServiceList } from './service-list.ts'
import { TicketCard } from './ticket-card.ts'
import { TimeLeft } from './time-left.ts'

/** What the buttons do. */
export interface ScreenActions {
  start(): void
  notMyPhone(): void
  moreTime(): void
  choose(service: string): void
  chooseAnother(): void
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
  readonly #moreTime = node('button', { part: 'more-time', type: 'button' })
  readonly #announcement = node('p', { class: 'unseen', role: 'status' })
  readonly #slot = node(
    'slot',
    {},
    node('div', { class: 'message' }, this.#badge.root, this.#title, this.#text, this.#button),
  )
  readonly #services: ServiceList
  readonly #ticket = new TicketCard()
  readonly #finish: Finish
  readonly #codeHelp: CodeHelp
  readonly #codeSlot: HTMLSlotElement
  readonly #root: HTMLElement
  #update: ScreenUpdate = { state: 'idle' }

  constructor(shadow: ShadowRoot, actions: ScreenActions) {
    this.#services = new ServiceList(id => actions.choose(id))
    this.#finish = new Finish(() => actions.finish())
    this.#codeHelp = new CodeHelp(() => actions.userCode())
    this.#codeSlot = node('slot', { name: 'code-help' }, this.#codeHelp.root)
    this.#root = node(
      'div',
      { class: 'screen', tabindex: '-1' },
      this.#slot,
      this.#services.root,
      this.#ticket.root,
      this.#card,
      this.#timeLeft.bar,
      this.#timeLeft.time,
      this.#timeLeft.spoken,
      this.#moreTime,
      this.#finish.root,
      this.#codeSlot,
    )
    shadow.append(this.#root, this.#announcement)
    this.#moreTime.addEventListener('click', () => actions.moreTime())
    this.#button.addEventListener('click', () => {
      if (this.#update.state === 'scanned') actions.notMyPhone()
      else if (this.#update.state === 'claimed') actions.chooseAnother()
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
    this.#update = update
    this.#slot.name = screenOf(update)
    const { name } = this.#slot
    this.#badge.show(name === 'waiting' || name === 'staff' ? name : update.state)
    this.#title.textContent = title
    this.#text.textContent = text
    this.#text.hidden = text === ''
    const isTicket = name === 'ticket'
    const said = isTicket ? ticketSaid(update.handOff?.ticket ?? {}, words) : text
    this.#announce(quiet ? '' : `${title}. ${said}`.trim())
    const hadFocus = this.#root.contains(this.#focused)
    this.#services.show((name === 'services' && update.services) || [], language)
    this.#ticket.show(isTicket ? update.handOff : undefined, words)
    this.#showButton(update, language)
    this.#moreTime.hidden = !update.extendable
    this.#moreTime.textContent = words.moreTime
    this.#finish.show(update, words, quiet)
    // Whoever works by keyboard goes on from here, not from the top of the page.
    if (hadFocus && !this.#focused?.getClientRects().length)
      this.#root.focus({ preventScroll: true })
    this.#card.hidden = this.#slot.name !== 'pending'
    this.#qr.content = update.qr
    this.#qr.label = words.qr
    if (endless && name === 'pending') this.#timeLeft.hide()
    else this.#timeLeft.show(update, words)
    this.#showCodeHelp(language)
  }

  /** A live region that is written anew is read anew, so it is written only when it changes. */
  #announce(text: string): void {
    if (text !== this.#announcement.textContent) this.#announcement.textContent = text
  }

  #showButton(update: ScreenUpdate, language: Language): void {
    const { state } = update
    const { start, again, notMyPhone, services } = screenWords[language]
    const ended = state === 'ended' ? start : again
    const staff = mayChooseAnother(update) ? services.chooseAnother : undefined
    const label = { idle: start, scanned: notMyPhone, ended, staff }[this.#slot.name]
    this.#button.hidden = label === undefined
    this.#button.textContent = label ?? ''
    this.#button.className = state === 'scanned' ? '' : 'primary'
  }

  /** What a keyboard is at. */
  get #focused(): Element | null {
    return (this.#root.getRootNode() as ShadowRoot).activeElement
  }

  /** Only beside a QR, which a camera could fail to read. */
  #showCodeHelp(language: Language): void {
    this.#codeSlot.hidden = this.#update.state !== 'pending'
    if (this.#codeSlot.hidden) this.#codeHelp.hide()
    this.#codeHelp.show(screenWords[language].code)
  }
}
