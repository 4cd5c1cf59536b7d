import { html, LitElement } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { ArrivalView, DeskActions, DeskState, DeskView } from '../../src/wire.ts'
import { bell, mark, plus } from '../look/icons.ts'
import {
  keepInAddress,
  type Language,
  languageOf,
  languageSwitch,
  timeOf,
} from '../look/language.ts'
import { Live, liveMark } from '../look/live.ts'
import { Chime } from './chime.ts'
import { card, type Desk, duration, placesOf, servicesOf, waitingList } from './parts.ts'
import { act, openDesk, uuid } from './session.ts'
import { type Word, wordsIn } from './words.ts'

/** What was done can be undone for so long, and a failure is said for so long; in milliseconds. */
const shownFor = 10_000
/** A double click calls one visitor, not two; in milliseconds. */
const callsApart = 700

/** It renders without a shadow root, so that one style sheet reaches it all. */
export class DeskPage extends LitElement implements Desk {
  language: Language = languageOf(location.search)
  selected: string | undefined
  readonly #live = new Live<DeskState>(this, 'desk/live', {
    evenHidden: true,
    changed: (state, before) => this.#changed(state, before),
    lost: () => void this.#askSession(),
  })
  readonly #chime = new Chime(() => this.requestUpdate())
  /** Staff calls that somebody else takes, for all this browser knows. */
  readonly #muted = new Set<string>()
  /** What was last done, or why not; `undo` takes it back. */
  #said: { text: string; undo: string | undefined } | undefined
  #saidTimer: ReturnType<typeof setTimeout> | undefined
  #tick: ReturnType<typeof setInterval> | undefined
  #news = ''
  #calledAt = 0
  /** Somebody without a phone: not asked for yet, or with a number. */
  #walkIn: { id: string; arrival: ArrivalView | undefined } | undefined
  #slip: ArrivalView | undefined

  protected override createRenderRoot(): this {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.#onKey)
    document.addEventListener('click', this.#closeMenus)
    this.#tick = setInterval(() => this.requestUpdate(), 1_000)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#onKey)
    document.removeEventListener('click', this.#closeMenus)
    clearInterval(this.#tick)
    this.#chime.isOn = false
  }

  get say() {
    return wordsIn(this.language)
  }

  get now(): number {
    return this.#live.now
  }

  get state(): DeskState {
    return this.#live.state as DeskState
  }

  /** Which services the address names; none: all. */
  get #services(): string[] {
    return listed('services')
  }

  get desks(): DeskView[] {
    const desks = listed('desk')
    const services = this.#services
    return this.state.desks.filter(
      desk =>
        (desks.length === 0 || desks.includes(desk.id)) &&
        (services.length === 0 || desk.services.some(id => services.includes(id))),
    )
  }

  get #waiting(): ArrivalView[] {
    const services = this.#services
    const own = listed('desk').length > 0 ? this.desks.flatMap(desk => desk.services) : undefined
    return this.state.waiting.filter(
      ({ service }) =>
        (services.length === 0 || services.includes(service)) && (own?.includes(service) ?? true),
    )
  }

  protected override updated(): void {
    document.documentElement.lang = this.language
    if (this.#live.state) document.title = `${this.say('desk')} · ${this.state.site[this.language]}`
  }

  protected override render() {
    const { say, language } = this
    if (!this.#live.state) return html`<main class="locked"><h1>${say('connecting')}</h1></main>`
    const { state, now } = this
    const waiting = this.#waiting
    this.#chime.isOn = state.staff_calls.some(({ id }) => !this.#muted.has(id))
    const when = { weekday: 'long', timeZone: state.time_zone } as const
    const clock = { hour: 'numeric', minute: '2-digit', timeZone: state.time_zone } as const
    const time =
      language === 'ko'
        ? new Intl.DateTimeFormat('ko', clock).format(now)
        : timeOf(now, state.time_zone)
    return html`
      <aside>
        <p class="site"><span class="mark">${mark}</span><strong>${state.site[language]}</strong></p>
        <nav>
          <a href=${`desk${location.search}`} aria-current="page">${say('desk')}</a>
          <a href=${`board?lang=${language}`} target="_blank">${say('board')}</a>
          <a href=${`day?lang=${language}`}>${say('day')}</a>
        </nav>
        <details class="menu"><summary>${say('openServices')}</summary><div>
          ${state.services.map(({ id, name, closed }) => {
            const parts = { service: name[language] }
            const toggle = () =>
              this.act(
                'service',
                { service: id, closed: !closed },
                closed ? 'didOpen' : 'didClose',
                parts,
              )
            return html`<button type="button" role="switch" aria-checked=${!closed} @click=${toggle}>${name[language]}</button>`
          })}
        </div></details>
        <button type="button" class="keys" @click=${() => this.#dialog('keys')?.showModal()}>${say('keys')} <kbd>?</kbd></button>
        ${languageSwitch(language, chosen => {
          this.language = chosen
          this.requestUpdate()
        })}
      </aside>
      <main>
        <p class="unseen" role="status">${this.#news}</p>
        <header>
          <h1>${say('desk')}</h1>
          <p>${new Intl.DateTimeFormat(language, when).format(now)} ${time} · ${say('today', { n: state.today.came })}</p>
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
          <header><h2>${say('waiting')}</h2> <span class="badge">${waiting.length}</span>
            ${liveMark(this.#live, language)}</header>
          ${waitingList(waiting, this)}
        </section>
      </main>
      ${this.#said ? this.#bar(this.#said) : ''} ${this.#walkInBox()} ${this.#keysBox()}
      ${this.#slip ? this.#paper(this.#slip) : ''}`
  }

  #filter(id: string | undefined, name: string) {
    const chosen = this.#services
    const isChosen = id === undefined ? chosen.length === 0 : chosen.includes(id)
    const choose = () => {
      const others = chosen.filter(other => other !== id)
      const ids = id === undefined ? [] : isChosen ? others : [...others, id]
      keepInAddress('services', ids.join(',') || undefined)
      this.requestUpdate()
    }
    return html`<button type="button" aria-pressed=${isChosen} @click=${choose}>${name}</button>`
  }

  #staffCall({ id, kiosk, at }: DeskState['staff_calls'][number]) {
    const { say, now } = this
    const seconds = Math.max(0, Math.floor((now - at) / 1_000))
    const time = seconds < 60 ? say('seconds', { n: seconds }) : duration(this, now - at)
    const isMuted = this.#muted.has(id)
    const mute = () => {
      this.#muted.add(id)
      this.requestUpdate()
    }
    return html`
      <section class="band call" aria-label=${say('staffCall', { kiosk: kiosk[this.language] })}>
        <span class="bell">${bell}</span>
        <div role="alert"><strong>${say('staffCall', { kiosk: kiosk[this.language] })}</strong></div>
        <small>${say('ago', { time })} ${isMuted || this.#chime.canSound ? '' : say('silent')}</small>
        ${isMuted ? '' : html`<button type="button" @click=${mute}>${say('someoneElse')}</button>`}
        <button type="button" class="dark" @click=${() => this.act('staff-call', { id }, 'didStaff')}>${say('onMyWay')}</button>
      </section>`
  }

  #bar({ text, undo }: { text: string; undo: string | undefined }) {
    return html`
      <div class="bar" role="group" aria-label=${text}>${text}
        ${undo ? html`<button type="button" @click=${this.#undo}>${this.say('undo')} <kbd>Z</kbd></button>` : ''}
      </div>`
  }

  #walkInBox() {
    const { say } = this
    const arrival = this.#walkIn?.arrival
    const close = () => this.#dialog('walk-in')?.close()
    return html`
      <dialog class="walk-in" aria-label=${say('walkIn')}>
        ${
          arrival
            ? html`<h2>${servicesOf(this, arrival.service)}</h2>
              <p class="number">${arrival.number}</p>
              <p>${placesOf(this, arrival.service).join(' · ')}</p>
              <div class="row">
                <button type="button" @click=${this.#openWalkIn}>${say('another')}</button>
                <button type="button" class="primary" @click=${() => this.print(arrival)}>${say('print')}</button>
                <button type="button" @click=${close}>${say('close')}</button>
              </div>`
            : html`<form @submit=${this.#addWalkIn}>
              <h2>${say('walkIn')}</h2>
              <fieldset><legend>${say('service')}</legend>
                ${this.state.services.map(
                  ({ id, name }) =>
                    html`<label><input type="radio" name="service" value=${id} required /> ${name[this.language]}</label>`,
                )}
              </fieldset>
              <label>${say('optional')}<input name="name" maxlength="40" autocomplete="off" /></label>
              <div class="row">
                <button type="submit" class="primary">${say('give')}</button>
                <button type="button" @click=${close}>${say('close')}</button>
              </div></form>`
        }
      </dialog>`
  }

  #keysBox() {
    const { say } = this
    const keys: [string, Word][] = [
      ['1–9', 'keyDesk'],
      ['Enter', 'keyNext'],
      ['R', 'recall'],
      ['D', 'done'],
      ['N', 'noShow'],
      ['B', 'back'],
      ['Z', 'undo'],
      ['?', 'keys'],
    ]
    const toggle = (event: Event) =>
      keepInAddress('keys', (event.target as HTMLInputElement).checked ? undefined : 'off')
    return html`
      <dialog class="keys" aria-label=${say('keys')}>
        <h2>${say('keys')}</h2>
        <dl>${keys.map(([key, word]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${say(word)}</dd></div>`)}</dl>
        <label><input type="checkbox" .checked=${listed('keys')[0] !== 'off'} @change=${toggle} /> ${say('useKeys')}</label>
        <div class="row"><button type="button" @click=${() => this.#dialog('keys')?.close()}>${say('close')}</button></div>
      </dialog>`
  }

  /** For a printer of rolls; nobody's name is on it. */
  #paper({ number, service, came_at }: ArrivalView) {
    const { site, time_zone: timeZone } = this.state
    const date = new Intl.DateTimeFormat(this.language, {
      dateStyle: 'long',
      timeStyle: 'short',
      timeZone,
    })
    return html`
      <div class="slip"><p>${site[this.language]}</p><p>${servicesOf(this, service)}</p>
        <p class="number">${number}</p>
        <p>${placesOf(this, service).join(' · ')}</p><p>${date.format(came_at)}</p></div>`
  }

  #dialog(name: string): HTMLDialogElement | null {
    return this.querySelector<HTMLDialogElement>(`dialog.${name}`)
  }

  #openWalkIn = async (): Promise<void> => {
    this.#walkIn = { id: uuid(), arrival: undefined }
    this.requestUpdate()
    await this.updateComplete
    const box = this.#dialog('walk-in')
    box?.querySelector('form')?.reset()
    if (!box?.open) box?.showModal()
    box?.querySelector('input')?.focus()
  }

  #addWalkIn = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const name = String(form.get('name')).trim()
    const service = String(form.get('service'))
    const walkIn = this.#walkIn
    if (!walkIn) return
    await this.act('walk-in', { id: walkIn.id, service, ...(name && { name }) }, 'didWalkIn')
  }

  async print(arrival: ArrivalView): Promise<void> {
    this.#slip = arrival
    this.requestUpdate()
    await this.updateComplete
    window.print()
  }

  call(desk: DeskView, arrival: ArrivalView): void {
    if (Date.now() - this.#calledAt < callsApart) return
    this.#calledAt = Date.now()
    void this.act('call', { desk: desk.id, arrival: arrival.id }, 'didCall', {
      number: arrival.number,
    })
  }

  async act<Name extends keyof DeskActions>(
    name: Name,
    body: DeskActions[Name],
    word: Word,
    parts: Record<string, string> = {},
  ): Promise<void> {
    const answer = await act(name, body)
    if (typeof answer !== 'string') {
      const { arrival, undo } = answer
      if (name === 'walk-in' && this.#walkIn) this.#walkIn.arrival = arrival
      this.#tell(this.say(word, { number: arrival?.number ?? '', ...parts }), undo)
    } else if (answer === 'taken') this.#tell(this.say('taken', parts))
    else this.#tell(this.say(answer === 'undo_late' ? 'undoLate' : 'failed'))
  }

  #undo = (): void => {
    const undo = this.#said?.undo
    if (undo) void this.act('undo', { undo }, 'didUndo')
  }

  #tell(text: string, undo?: string): void {
    this.#said = { text, undo }
    this.#news = text
    clearTimeout(this.#saidTimer)
    this.#saidTimer = setTimeout(() => {
      this.#said = undefined
      this.requestUpdate()
    }, shownFor)
    this.requestUpdate()
  }

  #changed({ waiting }: DeskState, before: DeskState | undefined): void {
    if (!before || before.waiting.length === waiting.length) return
    const known = new Set(before.waiting.map(({ id }) => id))
    const number = waiting.findLast(({ id }) => !known.has(id))?.number
    const n = this.#waiting.length
    this.#news = number ? this.say('arrived', { number, n }) : this.say('left', { n })
  }

  async #askSession(): Promise<void> {
    if ((await openDesk()) === 'no_desk') location.reload()
  }

  #closeMenus = ({ target }: Event): void => {
    for (const menu of this.querySelectorAll<HTMLDetailsElement>('details[open]')) {
      const isFace = target instanceof Element && menu.querySelector('summary')?.contains(target)
      if (!isFace && !(target instanceof Element && target.closest('aside details')))
        menu.open = false
    }
  }

  #onKey = (event: KeyboardEvent): void => {
    const { key, code, target } = event
    if (key === 'Escape') {
      const open = this.querySelector<HTMLElement>('details[open] summary')
      this.#closeMenus(new Event('close'))
      open?.focus()
      return
    }
    const isTyped = event.ctrlKey || event.altKey || event.metaKey || event.repeat
    if (!this.#live.state || isTyped || this.querySelector('dialog[open]')) return
    // With a Korean keyboard, R types ㄱ.
    const pressed = /^[\w?]$/.test(key)
      ? key.toLowerCase()
      : code.replace(/^(Key|Digit|Numpad)/, '')
    if (key === '?') this.#dialog('keys')?.showModal()
    else if (listed('keys')[0] === 'off') return
    else if (pressed.toLowerCase() === 'z') this.#undo()
    else if (/^[1-9]$/.test(pressed)) this.#select(Number(pressed) - 1)
    else if (pressed !== 'Enter') this.#press(pressed.toLowerCase())
    else if (target === document.body) this.#press('next')
  }

  #select(index: number): void {
    const desk = this.desks[index]
    if (!desk) return
    this.selected = desk.id
    this.requestUpdate()
    this.querySelectorAll<HTMLElement>('.card [data-key=next]')[index]?.focus()
  }

  /** As if it were pressed at the desk that was chosen, or at the only one. */
  #press(key: string): void {
    const index = this.desks.findIndex(({ id }) => id === this.selected)
    const at = this.querySelectorAll('.card')[index < 0 && this.desks.length === 1 ? 0 : index]
    at?.querySelector<HTMLElement>(`[data-key="${key}"]`)?.click()
  }
}

/** Words of the page's address, e.g. `?services=exam,pay`. */
function listed(name: string): string[] {
  return (new URLSearchParams(location.search).get(name) ?? '').split(',').filter(Boolean)
}
