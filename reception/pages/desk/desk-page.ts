import { html, LitElement } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { ArrivalView, DeskActions, DeskState, DeskView } from '../../src/wire.ts'
import { bell, mark, plus } from '../look/icons.ts'
import { keepInAddress, languageOf, languageSwitch, listed } from '../look/language.ts'
import { Live, liveMark } from '../look/live.ts'
import { keysBox, slip, walkInBox } from './boxes.ts'
import { Chime } from './chime.ts'
import { card, type Desk, duration, waitingList } from './parts.ts'
import { act, openDesk, uuid } from './session.ts'
import { wordsIn } from './words.ts'

/** What was done can be undone for so long, and a failure is said for so long; in milliseconds. */
const shownFor = 10_000
/** A double click calls one visitor, not two; in milliseconds. */
const callsApart = 700
/** Keys that press a button of the desk that was chosen. */
const buttons: Record<string, string> = { r: 'recall', d: 'done', n: 'no_show', b: 'back' }

/** It renders without a shadow root, so that one style sheet reaches it all. */
export class DeskPage extends LitElement implements Desk {
  language = languageOf(location.search)
  selected: string | undefined
  readonly #live = new Live<DeskState>(this, 'desk/live', {
    // A call for staff sounds behind other windows, too.
    evenHidden: true,
    changed: (state, before) => this.#changed(state, before),
    lost: async () => (await openDesk()) === 'no_desk' && location.reload(),
  })
  readonly #chime = new Chime()
  /** Staff calls that somebody else takes, for all this browser knows. */
  readonly #muted = new Set<string>()
  /** What was last done, or why not; `undo` takes it back. */
  #said: { text: string; undo: string | undefined; until: number } | undefined
  #news = ''
  #called = { desk: '', at: 0 }
  #walkIn: { id: string; given: ArrivalView | undefined } | undefined
  #slip: ArrivalView | undefined

  protected override createRenderRoot(): this {
    return this
  }

  /** The page is never taken off, so its listeners stay. */
  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.#onKey)
    document.addEventListener('click', this.#closeMenus)
    this.addEventListener('click', () => this.requestUpdate())
    setInterval(() => this.requestUpdate(), 1_000)
  }

  get say() {
    return wordsIn(this.language)
  }

  get now(): number {
    return this.#live.now
  }

  /** Only asked for once there is one. */
  get state(): DeskState {
    return this.#live.state as DeskState
  }

  /** The address narrows them: `?desk=room-1`, `?services=exam,pay`. */
  get desks(): DeskView[] {
    const [desks, shown] = [listed('desk'), listed('services')]
    return this.state.desks.filter(
      ({ id, services }) =>
        (!desks.length || desks.includes(id)) &&
        (!shown.length || services.some(service => shown.includes(service))),
    )
  }

  get #waiting(): ArrivalView[] {
    const shown = listed('services')
    const own = this.desks.flatMap(({ services }) => services)
    return this.state.waiting.filter(
      ({ service }) =>
        (!shown.length || shown.includes(service)) &&
        (!listed('desk').length || own.includes(service)),
    )
  }

  protected override updated(): void {
    document.documentElement.lang = this.language
    if (this.state) document.title = `${this.say('desk')} · ${this.state.site[this.language]}`
  }

  protected override render() {
    const { say, language, state } = this
    if (!state) return html`<main class="locked"><h1>${say('connecting')}</h1></main>`
    const waiting = this.#waiting
    this.#chime.isOn = state.staff_calls.some(({ id }) => !this.#muted.has(id))
    const time = (style: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(language, { ...style, timeZone: state.time_zone }).format(this.now)
    const clock = {
      hour: 'numeric',
      minute: '2-digit',
      hourCycle: language === 'ko' ? 'h12' : 'h23',
    } as const
    return html`
      <aside>
        <p class="site"><span class="mark">${mark}</span><strong>${state.site[language]}</strong></p>
        <nav>
          <a href=${`desk${location.search}`} aria-current="page">${say('desk')}</a>
          <a href=${`board?lang=${language}`} target="_blank">${say('board')}</a>
          <a href=${`day?lang=${language}`}>${say('day')}</a>
        </nav>
        <details class="menu"><summary>${say('openServices')}</summary>
          <div>${state.services.map(service => this.#toggle(service))}</div></details>
        <button type="button" class="keys" @click=${() => this.#box('keys').showModal()}>${say('keys')} <kbd>?</kbd></button>
        ${languageSwitch(language, chosen => {
          this.language = chosen
        })}
      </aside>
      <main>
        <p class="unseen" role="status">${this.#news}</p>
        <header>
          <h1>${say('desk')}</h1>
          <p>${time({ weekday: 'long' })} ${time(clock)} · ${say('today', { n: state.today.came })}</p>
          <div class="choice" role="group" aria-label=${say('filter')}>
            ${this.#filter(undefined, say('all'))}
            ${state.services.map(({ id, name }) => this.#filter(id, name[language]))}
          </div>
          <button type="button" @click=${this.#openWalkIn}>${plus} ${say('walkIn')}</button>
        </header>
        ${state.gate === 'away' ? html`<p class="band" role="status">${say('away')}</p>` : ''}
        ${repeat(
          state.staff_calls,
          ({ id }) => id,
          call => this.#staffCall(call),
        )}
        <section class="cards" aria-label=${say('desk')}>
          ${repeat(
            this.desks,
            ({ id }) => id,
            desk => card(desk, this),
          )}
        </section>
        <section class="waiting">
          <header><h2>${say('waiting')}</h2> <em>${waiting.length}</em> ${liveMark(this.#live, language)}</header>
          ${waitingList(waiting, this)}
        </section>
        ${this.#bar()}
      </main>
      ${walkInBox(this, { ...this.#walkIn, news: this.#news }, this.#addWalkIn, this.#openWalkIn)}
      ${keysBox(this)} ${this.#slip ? slip(this, this.#slip) : ''}`
  }

  #toggle({ id, name, closed }: DeskState['services'][number]) {
    const label = name[this.language]
    const toggle = () =>
      this.act(
        'service',
        { service: id, closed: !closed },
        label,
        this.say(closed ? 'opened' : 'closed'),
      )
    return html`<button type="button" role="switch" aria-checked=${!closed} @click=${toggle}>${label}</button>`
  }

  #filter(id: string | undefined, name: string) {
    const shown = listed('services')
    const isShown = id ? shown.includes(id) : shown.length === 0
    const others = shown.filter(other => other !== id)
    const ids = !id ? [] : isShown ? others : [...others, id]
    const choose = () => keepInAddress('services', ids.join(',') || undefined)
    return html`<button type="button" aria-pressed=${isShown} @click=${choose}>${name}</button>`
  }

  #staffCall({ id, kiosk, at }: DeskState['staff_calls'][number]) {
    const { say } = this
    const text = say('staffCall', { kiosk: kiosk[this.language] })
    const since = Math.max(0, this.now - at)
    const n = Math.floor(since / 1_000)
    const time = n < 60 ? say('seconds', { n }) : duration(this, since)
    const isMuted = this.#muted.has(id)
    return html`
      <section class="band" aria-label=${text}>
        <span class="bell">${bell}</span><strong role="alert">${text}</strong>
        <small>${say('ago', { time })} ${isMuted || this.#chime.canSound ? '' : `· ${say('silent')}`}</small>
        ${isMuted ? '' : html`<button type="button" @click=${() => this.#muted.add(id)}>${say('someoneElse')}</button>`}
        <button type="button" class="dark"
          @click=${() => this.act('staff-call', { id }, text, say('onMyWay'))}>${say('onMyWay')}</button>
      </section>`
  }

  #bar() {
    if (!this.#said || this.#said.until < Date.now()) return ''
    const { text, undo } = this.#said
    return html`<div class="bar" role="group" aria-label=${text}>${text}
      ${undo ? html`<button type="button" @click=${this.#undo}>${this.say('undo')} <kbd>Z</kbd></button>` : ''}</div>`
  }

  #box(name: string): HTMLDialogElement {
    return this.querySelector(`dialog.${name}`) as HTMLDialogElement
  }

  #openWalkIn = async (): Promise<void> => {
    this.#walkIn = { id: uuid(), given: undefined }
    this.#news = ''
    this.requestUpdate()
    await this.updateComplete
    const box = this.#box('walk-in')
    box.querySelector('form')?.reset()
    if (!box.open) box.showModal()
    box.querySelector('input')?.focus()
  }

  #addWalkIn = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const [service, name] = [`${form.get('service')}`, `${form.get('name')}`.trim()]
    const walkIn = this.#walkIn
    if (!walkIn) return
    const body = { id: walkIn.id, service, ...(name && { name }) }
    walkIn.given = await this.act('walk-in', body, '', this.say('byHand'))
    this.requestUpdate()
  }

  async print(arrival: ArrivalView): Promise<void> {
    this.#slip = arrival
    this.requestUpdate()
    await this.updateComplete
    window.print()
  }

  call(desk: DeskView, { id, number }: ArrivalView): void {
    if (this.#called.desk === desk.id && Date.now() - this.#called.at < callsApart) return
    this.#called = { desk: desk.id, at: Date.now() }
    void this.act('call', { desk: desk.id, arrival: id }, number, this.say('called'))
  }

  async act<Name extends keyof DeskActions>(
    name: Name,
    body: DeskActions[Name],
    what: string,
    label: string,
  ): Promise<ArrivalView | undefined> {
    const answer = await act(name, body)
    const isDone = typeof answer !== 'string'
    const about = what || (isDone && answer.arrival?.number) || ''
    const said = ['taken', 'undo_late', 'storage_busy'] as const
    const failure = said.find(one => one === answer) ?? 'failed'
    this.#news = `${about} ${isDone ? label : this.say(failure)}`.trim()
    const undo = isDone ? answer.undo : undefined
    this.#said = { text: this.#news, undo, until: Date.now() + shownFor }
    this.requestUpdate()
    return isDone ? answer.arrival : undefined
  }

  #undo = (): void => {
    const undo = this.#said?.undo
    if (undo) void this.act('undo', { undo }, '', this.say('undone'))
  }

  #changed({ waiting }: DeskState, before: DeskState | undefined): void {
    if (!before || before.waiting.length === waiting.length) return
    const known = new Set(before.waiting.map(({ id }) => id))
    const number = waiting.filter(({ id }) => !known.has(id)).at(-1)?.number ?? ''
    this.#news = `${number} ${this.say('waiting')} ${this.#waiting.length}`.trim()
  }

  /** Those that the click was not in; of all, where it was on what they offer. */
  #closeMenus = ({ target }: { target: EventTarget | null }): void => {
    for (const menu of this.querySelectorAll<HTMLDetailsElement>('details[open]')) {
      const within = target instanceof Element && menu.contains(target) ? target : undefined
      if (!within?.closest('summary, [role=switch]')) menu.open = false
    }
  }

  #onKey = (event: KeyboardEvent): void => {
    const { key, code, target } = event
    if (key === 'Escape') {
      const menu = this.querySelector<HTMLElement>('details[open] summary')
      this.#closeMenus({ target: null })
      menu?.focus()
    }
    // A key that is held down would call one after the other.
    if (event.repeat && key === 'Enter') event.preventDefault()
    if (!this.state || this.querySelector('dialog[open]')) return
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
    // With a Korean keyboard, R types ㄱ.
    const typed = /^[\w?]$/.test(key) ? key : code.replace(/^(Key|Digit|Numpad)/, '')
    const pressed = typed.toLowerCase()
    if (key === '?') this.#box('keys').showModal()
    else if (listed('keys').includes('off')) return
    else if (pressed === 'z') this.#undo()
    else if (/^[1-9]$/.test(pressed)) this.#select(Number(pressed) - 1)
    else if (buttons[pressed]) this.#press(buttons[pressed])
    else if (key === 'Enter' && target === document.body) this.#press('next')
  }

  #select(index: number): void {
    this.selected = this.desks[index]?.id
    this.requestUpdate()
    this.querySelectorAll<HTMLElement>('[data-key=next]')[index]?.focus()
  }

  /** As if it were pressed at the desk that was chosen, or at the only one. */
  #press(key: string): void {
    const index = this.desks.findIndex(({ id }) => this.desks.length === 1 || id === this.selected)
    this.querySelectorAll<HTMLElement>(`[data-key=${key}]`)[index]?.click()
  }
}
