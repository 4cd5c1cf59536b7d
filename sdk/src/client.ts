import { GateError } from './gate-error.ts'
import {
  type ClaimAnswer,
  type FinalReason,
  paths,
  type Refused,
  type SignInView,
  type StartAnswer,
} from './protocol.ts'

/** Why a kiosk gives a sign-in up. */
export type CancelReason = Extract<FinalReason, 'kiosk' | 'not_my_phone'>

export interface ClientOptions {
  /** Origin of the gate; a page's own by default. */
  server?: string
  /** A call that takes longer counts as unanswered. */
  timeoutMs?: number
  fetch?: typeof fetch
}

interface Call {
  method: 'GET' | 'POST'
  path: string
  secret?: string
  body?: object
  signal?: AbortSignal | undefined
}

/** The gate's HTTP calls for a kiosk, one method each; every failure is a {@link GateError}. */
export class Client {
  readonly server: string
  readonly #timeoutMs: number
  readonly #fetch: typeof fetch

  constructor({ server, timeoutMs = 10_000, fetch = globalThis.fetch }: ClientOptions = {}) {
    this.server = originOf(server)
    this.#timeoutMs = timeoutMs
    // A browser's fetch refuses to be called as a method of anything but the window.
    this.#fetch = (input, init) => fetch(input, init)
  }

  async start(signal?: AbortSignal): Promise<StartAnswer> {
    return named(await this.#call<StartAnswer>({ method: 'POST', path: paths.signIns, signal }))
  }

  async view(id: string, secret: string, signal?: AbortSignal): Promise<SignInView> {
    return named(
      await this.#call<SignInView>({ method: 'GET', path: paths.signIn(id), secret, signal }),
    )
  }

  async cancel(id: string, secret: string, reason: CancelReason = 'kiosk'): Promise<void> {
    await this.#call({ method: 'POST', path: paths.cancel(id), secret, body: { reason } })
  }

  async claim(id: string, secret: string, signal?: AbortSignal): Promise<ClaimAnswer> {
    return named(
      await this.#call<ClaimAnswer>({ method: 'POST', path: paths.claim(id), secret, signal }),
    )
  }

  async #call<T>({ method, path, secret, body, signal }: Call): Promise<T> {
    signal?.throwIfAborted()
    const timeout = AbortSignal.timeout(this.#timeoutMs)
    const headers: Record<string, string> = { accept: 'application/json' }
    if (secret !== undefined) headers.authorization = `Bearer ${secret}`
    if (body) headers['content-type'] = 'application/json'
    try {
      const response = await this.#fetch(this.server + path, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
        // The kiosk's cookie goes to its own gate and nowhere else.
        credentials: 'same-origin',
        cache: 'no-store',
        // Only a captive portal would redirect a call.
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      const text = await response.text()
      if (!response.ok) throw refusal(response, text)
      return (text ? JSON.parse(text) : undefined) as T
    } catch (error) {
      if (error instanceof GateError) throw error
      signal?.throwIfAborted()
      throw new GateError('unreachable', { cause: error })
    }
  }
}

function originOf(server: string | undefined): string {
  const base = globalThis.location?.href
  return new URL(server || '/', base).origin
}

/** A captive portal answers 200 to anything; every real answer carries the id of its sign-in. */
function named<T extends { id: string } | undefined>(answer: T): T {
  if (typeof answer?.id !== 'string') throw new GateError('unreachable')
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
