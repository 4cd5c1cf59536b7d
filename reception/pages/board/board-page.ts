import { html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { BoardCall, BoardState } from '../../src/wire.ts'
import { languageOf, timeOf } from '../look/language.ts'
import { Live, liveMark } from '../look/live.ts'
import { BoardSound } from './sound.ts'
import { otherWords, spoken, words } from './words.ts'

/** Where all of it stands in turn, ten minutes each: nothing burns in. */
const shifts = ['0 0', '0.3vw 0', '0.3vw 0.3vw', '0 0.3vw']
const shiftEveryMs = 600_000
/** A call stands out for as long as this, even without a sound. */
const highlightMs = 6_000
const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

/** The waiting room's television: who is called where, by numbers alone. */
export class BoardPage extends LitElement {
  readonly #language = languageOf(location.search)
  readonly #words = words[this.#language]
  readonly #sound = new BoardSound()
  readonly #live = new Live<BoardState>(this, 'board/live', {
    changed: state => this.#changed(state),
    evenHidden: true,
  })
  /** How each number stood when it was last seen; undefined before the first state. */
  #seen: Map<string, BoardCall> | undefined
  /** Called, and not called out yet. */
  readonly #queue: BoardCall[] = []
  #calledOut: BoardCall | undefined

  protected override createRenderRoot(): this {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.documentElement.lang = this.#language
    document.title = this.#words.title
    setInterval(() => this.requestUpdate(), 1_000)
  }

  protected override render() {
    const { state, isLive, now } = this.#live
    const [newest, ...before] = state?.calls ?? []
    this.style.translate = shifts[Math.floor(now / shiftEveryMs) % shifts.length] ?? ''
    return html`
      <header>
        <h1>${state?.site[this.#language] ?? this.#words.title}</h1>
        ${state && !isLive ? liveMark(this.#live, this.#language) : nothing}
        <time>${state && timeOf(now, state.time_zone)}</time>
      </header>
      <main>
        ${newest ? this.#newest(newest) : this.#none(state)}
        <section class="before" ?hidden=${before.length === 0}>
          <h2>${this.#words.before}</h2>
          <ol>
            ${repeat(before, keyOf, call => html`<li data-called-out=${this.#isCalledOut(call)}>${this.#call(call)}</li>`)}
          </ol>
        </section>
      </main>
      <footer>
        <p>${state && this.#words.waiting(state.waiting)}</p>
        ${this.#sound.isOn ? nothing : html`<button type="button" @click=${this.#turnOn}>${this.#words.sound}</button>`}
      </footer>
      <p class="unseen" role="status">${newest && spoken(newest, this.#language)}</p>`
  }

  #newest(call: BoardCall) {
    const other = words[this.#language === 'ko' ? 'en' : 'ko'].now
    return html`
      <section class="newest" data-called-out=${this.#isCalledOut(call)}>
        <h2>${this.#words.now} <small>${other}</small></h2>
        ${this.#call(call)}
      </section>`
  }

  #call({ number, place }: BoardCall) {
    const other = otherWords(place, this.#language)
    return html`
      <p class="number" data-length=${lengthOf(number, 5, 7)}>${number}</p>
      <p class="place" data-length=${lengthOf(place[this.#language], 18, 80)}>
        ${place[this.#language]} ${other && html`<small>${other}</small>`}
      </p>`
  }

  /** Before the first call of the day, or before anything is known. */
  #none(state: BoardState | undefined) {
    const { connecting, none, noneText } = this.#words
    return html`
      <section class="newest">
        <p class="place">${state ? none : connecting} ${state && html`<small>${noneText}</small>`}</p>
      </section>`
  }

  #isCalledOut = (call: BoardCall): boolean => this.#calledOut?.number === call.number

  #turnOn = () => void this.#sound.turnOn().then(() => this.requestUpdate())

  #changed({ calls }: BoardState): void {
    const seen = this.#seen
    this.#seen ??= new Map()
    // What was called before this page was opened is not called out again.
    const news = calls.filter(call => seen && isNews(call, seen.get(call.number)))
    for (const call of calls) this.#seen.set(call.number, call)
    this.#queue.push(...news.reverse())
    if (!this.#calledOut) void this.#callOut()
  }

  /** One after the other, whoever was called first, first. */
  async #callOut(): Promise<void> {
    for (;;) {
      this.#calledOut = this.#queue.shift()
      this.requestUpdate()
      if (!this.#calledOut) return
      const said = this.#sound.say(spoken(this.#calledOut, this.#language), this.#language)
      await Promise.all([said.catch(() => {}), pause(highlightMs)])
    }
  }
}

const keyOf = ({ number }: BoardCall) => number

function isNews(call: BoardCall, before: BoardCall | undefined): boolean {
  return !before || call.called_at > before.called_at || call.recalls > before.recalls
}

/** Most fit in one size. */
const lengthOf = ({ length }: string, usual: number, long: number) =>
  length <= usual ? 'usual' : length <= long ? 'long' : 'longest'
