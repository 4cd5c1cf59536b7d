import { type Clock, systemClock } from './clock.ts'
import { GateError } from './gate-error.ts'
import {
  type ClaimAnswer,
  type FinalReason,
  type KioskView,
  type Language,
  type PollAnswer,
  paths,
  type Refused,
  type SignInView,
  type StartAnswer,
  type UserCodeAnswer,
} from './protocol.ts'

/** Why a kiosk gives a sign-in up. */
export type CancelReason = Extract<FinalReason, 'kiosk' | 'not_my_phone'>

/** Why a kiosk ends a visit: somebody there says so, or nobody is there any more. */
export type EndReason = Extract<FinalReason, 'kiosk' | 'idle'>

export interface ClientOptions {
  /** Origin of the gate; a page's own by default. */
  server?: string
  /** A call that takes longer counts as unanswered. */
  timeoutMs?: number
  fetch?: typeof fetch
}

/** What a look at a sign-in waits for and brings along. */
export interface ViewOptions {
  /** Answered once the sign-in's `seq` is above this … */
  since?: number
  /** … or that of its hand-off above this … */
  handOffSince?: number
  /** … or after so many seconds, 25 at most; at once where it is absent. */
  wait?: number
  /** Brings the QR's content of the next minute along. */
  frames?: boolean
  signal?: AbortSignal
}

/** How a claim is asked for. */
export interface ClaimOptions {
  /** The credential of the kiosk's client: then the answer holds what that client may know. */
  credential?: string
  /** What the screen speaks: the client is told it with a service that the claim itself asks for. */
  language?: Language
  signal?: AbortSignal
}

/** How a service is asked for. */
export type ChooseOptions = Pick<ClaimOptions, 'language' | 'signal'>

interface Call {
  method: 'GET' | 'POST'
  path: string
  secret?: string
  body?: object
  signal?: AbortSignal | undefined
  /** For how long the gate itself may take its time. */
  waitMs?: number
  /** Goes on its way even when the page is closed. */
  keepalive?: boolean
  /** Asked once only, as a page that comes back would say it too late. */
  once?: boolean
}

/**
 * A call without an answer for this long is asked once more beside it, on another connection: one that
 * a firewall has forgotten is never answered, and a browser may keep six of them.
 */
const againMs = 1_500

/** The gate's HTTP calls for a kiosk, one method each; every failure is a {@link GateError}. */
export class Client {
  readonly server: string
  readonly #timeoutMs: number
  readonly #fetch: typeof fetch
  readonly #clock: Clock

  constructor(options: ClientOptions = {}, clock = systemClock) {
    const { server, timeoutMs = 10_000, fetch = globalThis.fetch } = options
    this.server = originOf(server)
    this.#timeoutMs = timeoutMs
    this.#clock = clock
    // A browser's fetch refuses to be called as a method of anything but the window.
    this.#fetch = (input, init) => fetch(input, init)
  }

  /** Who this screen is, where it is an enrolled kiosk's own page. */
  async kiosk(signal?: AbortSignal): Promise<KioskView> {
    return real(await this.#call<KioskView>({ method: 'GET', path: paths.kiosk, signal }), 'number')
  }

  async start(signal?: AbortSignal): Promise<StartAnswer> {
    return real(await this.#call<StartAnswer>({ method: 'POST', path: paths.signIns, signal }))
  }

  /** Where a sign-in stands; with `wait` a long poll. */
  async view(id: string, secret: string, options: ViewOptions = {}): Promise<PollAnswer> {
    const { since = -1, handOffSince, wait = 0, frames = false, signal } = options
    const handOff = handOffSince === undefined ? '' : `&hand_off_since=${handOffSince}`
    const path = `${paths.signIn(id)}?since=${since}${handOff}&wait=${wait}&frames=${frames}`
    const waitMs = wait * 1000
    return real(await this.#call<PollAnswer>({ method: 'GET', path, secret, signal, waitMs }))
  }

  /** Only after a tap: who photographs the screen would carry the code away with it. */
  async userCode(id: string, secret: string, signal?: AbortSignal): Promise<UserCodeAnswer> {
    const call: Call = { method: 'POST', path: paths.userCode(id), secret, signal }
    return real(await this.#call<UserCodeAnswer>(call), 'user_code')
  }

  async cancel(id: string, secret: string, reason: CancelReason = 'kiosk'): Promise<void> {
    await this.#call({ method: 'POST', path: paths.cancel(id), secret, body: { reason } })
  }

  async claim(id: string, secret: string, options: ClaimOptions = {}): Promise<ClaimAnswer> {
    const { credential, language, signal } = options
    const body = credential === undefined ? {} : { body: { client_credential: credential } }
    // In the address: a gate of before refuses what it does not know in a body.
    const path = language ? `${paths.claim(id)}?language=${language}` : paths.claim(id)
    const call: Call = { method: 'POST', path, secret, signal, ...body }
    return real(await this.#call<ClaimAnswer>(call))
  }

  /**
   * Asks for a service of the kiosk's client, during a visit. The same again is the same hand-off;
   * another one cancels the first.
   */
  async chooseService(
    id: string,
    secret: string,
    service: string,
    options: ChooseOptions = {},
  ): Promise<SignInView> {
    const { language, signal } = options
    const path = paths.service(id)
    const body = { service, ...(language && { language }) }
    return real(await this.#call<SignInView>({ method: 'POST', path, secret, body, signal }))
  }

  /** Gives the visitor more time to sign in; once, and again it changes nothing. */
  async extend(id: string, secret: string): Promise<SignInView> {
    return real(await this.#call<SignInView>({ method: 'POST', path: paths.extend(id), secret }))
  }

  /**
   * Calls for staff, from an enrolled kiosk's own page: whoever its client has there is told.
   * `staff_call_off` where nobody would be, `too_many` within a minute of the last call.
   */
  async staffCall(): Promise<void> {
    await this.#call({ method: 'POST', path: paths.staffCall })
  }

  /**
   * Ends the visit; of what is approved and not claimed yet, that it will be one. A page that is closed
   * right after its button was pressed has ended it all the same.
   */
  async end(id: string, secret: string, reason: EndReason = 'kiosk'): Promise<SignInView> {
    const path = paths.end(id)
    const call: Call = { method: 'POST', path, secret, body: { reason }, keepalive: true }
    return real(await this.#call<SignInView>(call))
  }

  /**
   * The page is being closed, perhaps to come back at once: where a phone has scanned, it is over
   * after 15 s, unless the page watches it again. For `pagehide`; nobody is told whether it arrives.
   */
  leave(id: string, secret: string): void {
    const call: Call = {
      method: 'POST',
      path: paths.leave(id),
      secret,
      keepalive: true,
      once: true,
    }
    this.#call(call).catch(() => {})
  }

  /** Every call may be repeated, so the first answer counts, to whichever asking it is one. */
  async #call<T>(call: Call): Promise<T> {
    const { signal, waitMs = 0, once = waitMs > 0 } = call
    signal?.throwIfAborted()
    // `AbortSignal.any` would do, were it in every browser that kiosks have (docs/browsers.md).
    const abort = new AbortController()
    const stop = () => abort.abort()
    const stopWaiting = this.#clock.after(this.#timeoutMs + waitMs, stop)
    let stopAsking = () => {}
    signal?.addEventListener('abort', stop)
    try {
      return await new Promise<T>((resolve, reject) => {
        const ask = () => {
          if (!once) stopAsking = this.#clock.after(againMs, ask)
          this.#ask<T>(call, abort.signal).then(resolve, reject)
        }
        ask()
      })
    } catch (error) {
      if (error instanceof GateError) throw error
      signal?.throwIfAborted()
      throw new GateError('unreachable', { cause: error })
    } finally {
      stopWaiting()
      stopAsking()
      stop()
      signal?.removeEventListener('abort', stop)
    }
  }

  async #ask<T>({ method, path, secret, body, keepalive = false }: Call, signal: AbortSignal) {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (secret !== undefined) headers.authorization = `Bearer ${secret}`
    if (body) headers['content-type'] = 'application/json'
    const response = await this.#fetch(this.server + path, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
      // The kiosk's cookie goes to its own gate and nowhere else.
      credentials: 'same-origin',
      cache: 'no-store',
      // Only a captive portal would redirect a call.
      redirect: 'error',
      ...(keepalive && { keepalive }),
      signal,
    })
    const text = await response.text()
    if (!response.ok) throw refusal(response, text)
    return (text ? JSON.parse(text) : undefined) as T
  }
}

function originOf(server: string | undefined): string {
  const base = globalThis.location?.href
  return new URL(server || '/', base).origin
}

/** A captive portal answers 200 to anything; every real answer carries the id of its sign-in. */
function real<T extends object>(answer: T, key = 'id'): T {
  if (!Object.hasOwn(Object(answer), key)) throw new GateError('unreachable')
  return answer
}

function refusal(response: Response, text: string): GateError {
  const seconds = Number(response.headers.get('retry-after'))
  const details = {
    status: response.status,
    ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
  }
  try {
    const { code, message } = JSON.parse(text) as Refused
    if (typeof code === 'string') return new GateError(code, { ...details, message })
  } catch {
    // A proxy in between answers in its own words.
  }
  return new GateError(response.status >= 500 ? 'unreachable' : 'refused', details)
}
