import { html, type ReactiveController, type ReactiveControllerHost } from 'lit'
import { type Language, timeOf } from './language.ts'

/** Between two tries of reaching reception again, in milliseconds. */
const retryAfter = 2_000
/** A stream that is silent for so long is dead, though nobody said so: more than two of its pings. */
const silentFor = 40_000

/** A state as reception streams it: kept up to date, with the time of when it was so. */
export class Live<State extends { now: number; time_zone: string }> implements ReactiveController {
  /** The last that was heard. */
  state: State | undefined
  isLive = false
  readonly #host: ReactiveControllerHost
  readonly #path: string
  readonly #changes: Changes<State>
  #source: EventSource | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Reception's clock, as it is ahead of the browser's. */
  #offset = 0
  #heardAt = 0

  /** @param path of the stream, relative to the page. */
  constructor(host: ReactiveControllerHost, path: string, changes: Changes<State> = {}) {
    this.#host = host
    this.#path = path
    this.#changes = changes
    host.addController(this)
  }

  /** Milliseconds since 1970, by reception's clock. */
  get now(): number {
    return Date.now() + this.#offset
  }

  /** When {@link state} was so, the same way. */
  get heardAt(): number {
    return this.#heardAt
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#look)
    this.#look()
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#look)
    this.#close()
  }

  /** Nobody looks at a hidden page, so it holds no connection, but where it has something to sound. */
  #look = (): void => {
    if (document.hidden && !this.#changes.evenHidden) this.#close()
    else if (!this.#source) this.#open()
  }

  #open = (): void => {
    this.#close()
    const source = new EventSource(this.#path)
    this.#source = source
    source.onmessage = ({ data }) => this.#take(JSON.parse(data))
    source.addEventListener('ping', () => this.#hear())
    source.onerror = () => this.#lose()
    this.#timer = setTimeout(this.#lose, silentFor)
  }

  #take(state: State): void {
    this.#offset = state.now - Date.now()
    const before = this.state
    this.state = state
    this.#hear()
    this.#changes.changed?.(state, before)
  }

  #hear(): void {
    this.#heardAt = this.now
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#lose, silentFor)
    this.isLive = true
    this.#host.requestUpdate()
  }

  #lose = (): void => {
    this.#close()
    this.#timer = setTimeout(this.#open, retryAfter)
    this.#changes.lost?.()
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = undefined
    this.isLive = false
    this.#host.requestUpdate()
  }
}

export interface Changes<State> {
  changed?(state: State, before: State | undefined): void
  /** The stream has ended, or was refused. It is tried again. */
  lost?(): void
  evenHidden?: boolean
}

/** Says whether what is seen is what is so, or of when it is. */
export function liveMark<State extends { now: number; time_zone: string }>(
  { state, isLive, heardAt }: Live<State>,
  language: Language,
) {
  const time = timeOf(heardAt, state?.time_zone)
  const [live, asOf] = language === 'ko' ? ['실시간', `${time} 기준`] : ['Live', `As of ${time}`]
  if (!state) return ''
  return html`<span class="live ${isLive ? '' : 'lost'}" role="status">${isLive ? live : asOf}</span>`
}
