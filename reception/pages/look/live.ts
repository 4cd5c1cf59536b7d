import { html, type ReactiveController, type ReactiveControllerHost } from 'lit'
import { type Language, timeOf } from './language.ts'

/** Between two tries of reaching reception again, in milliseconds. */
const retryAfter = 2_000
/** A stream that pings and then is silent for more than two of them is dead, though nobody said so; in milliseconds. */
const silentFor = 40_000

export interface Listening<State> {
  changed?(state: State, before: State | undefined): void
  /** The stream has ended, or was refused. It is tried again. */
  lost?(): void
  /** Nobody looks at a hidden page, so it listens no more, but where it has something to sound. */
  evenHidden?: boolean
}

/** A state as reception streams it: kept up to date, with the time of when it was so. */
export class Live<State extends { now: number; time_zone: string }> implements ReactiveController {
  /** The last that was heard. */
  state: State | undefined
  isLive = false
  /** When {@link state} was so, in milliseconds since 1970 by reception's clock. */
  heardAt = 0
  readonly #host: ReactiveControllerHost
  readonly #path: string
  readonly #listening: Listening<State>
  #source: EventSource | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Reception's clock, as it is ahead of the browser's. */
  #offset = 0
  #pings = false

  /** @param path of the stream, relative to the page. */
  constructor(host: ReactiveControllerHost, path: string, listening: Listening<State> = {}) {
    this.#host = host
    this.#path = path
    this.#listening = listening
    host.addController(this)
  }

  /** By reception's clock. */
  get now(): number {
    return Date.now() + this.#offset
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#look)
    this.#look()
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#look)
    this.#close()
  }

  #look = (): void => {
    if (document.hidden && !this.#listening.evenHidden) this.#close()
    else if (!this.isLive) this.#open()
  }

  #open = (): void => {
    this.#close()
    this.#source = new EventSource(this.#path)
    this.#source.onmessage = ({ data }) => this.#hear(JSON.parse(data))
    this.#source.addEventListener('ping', () => {
      this.#pings = true
      this.#hear()
    })
    this.#source.onerror = this.#lose
    this.#timer = setTimeout(this.#lose, silentFor)
  }

  #hear(state?: State): void {
    const before = this.state
    if (state) this.#offset = state.now - Date.now()
    this.state = state ?? before
    this.heardAt = this.now
    this.isLive = true
    clearTimeout(this.#timer)
    if (this.#pings) this.#timer = setTimeout(this.#lose, silentFor)
    if (state) this.#listening.changed?.(state, before)
    this.#host.requestUpdate()
  }

  #lose = (): void => {
    this.#close()
    this.#timer = setTimeout(this.#open, retryAfter)
    this.#listening.lost?.()
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.isLive = false
    this.#host.requestUpdate()
  }
}

/** Says whether what is seen is what is so, or of when it is. */
export function liveMark(live: Live<{ now: number; time_zone: string }>, language: Language) {
  const time = timeOf(live.heardAt, live.state?.time_zone)
  const [now, then] = language === 'ko' ? ['실시간', `${time} 기준`] : ['Live', `As of ${time}`]
  return html`<span class="live ${live.isLive ? '' : 'lost'}" role="status">${live.isLive ? now : then}</span>`
}
