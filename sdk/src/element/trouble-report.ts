import { GateError } from '../gate-error.ts'
import { type OriginView, paths } from '../protocol.ts'
import type { ScreenUpdate } from '../screen-update.ts'
import { requireStarted, type StartedSignIn, type Starter } from '../starter.ts'

/** What whoever builds the page can mend. */
export type TroubleCause =
  | 'origin_not_allowed'
  | 'no_gate'
  | 'no_answer'
  | 'redirected'
  | 'mixed_content'
  | 'page_policy'
  | 'starter_failed'
  | 'sign_in_unknown'
  | 'kiosk_not_enrolled'
  | 'kiosk_revoked'

/** The `detail` of `qrgate-trouble`. */
export interface TroubleDetail {
  /** A refusal's, or `offline`, `unreachable`, `slow`. */
  code: string
  /** Why, where the page itself can find out; it comes with a second event where that takes a while. */
  cause?: TroubleCause
  /** The same in a sentence, as the console has it: for whoever builds the page, never for visitors. */
  message?: string
}

export interface TroubleReportParts {
  /** The element's attribute `server`. */
  server(): string | null
  tell(detail: TroubleDetail): void
}

/** What a gate says of an id or a kiosk secret that is none of its own. */
const unknownCodes = new Set(['kiosk_secret_wrong', 'malformed', 'not_found'])

const lookMs = 5_000
const toldWithinMs = 200

interface Finding {
  cause: TroubleCause
  /** Where there is more to say than of every trouble of this cause. */
  message?: string
}

/**
 * Finds out what is wrong and tells whoever builds the page, by an event and one line in the console.
 * Visitors read a calm sentence: they cannot mend it.
 */
export class TroubleReport {
  readonly #parts: TroubleReportParts
  /** Origins that the page's own policy did not let it call. */
  readonly #blocked = new Set<string>()
  /** The page's own policy did not let it open a WebSocket. */
  #socketBlocked = false
  #starterError: unknown
  #said: TroubleCause | undefined
  #looking: AbortController | undefined

  constructor(parts: TroubleReportParts) {
    this.#parts = parts
  }

  connect(): void {
    document.addEventListener('securitypolicyviolation', this.#onViolation)
  }

  disconnect(): void {
    document.removeEventListener('securitypolicyviolation', this.#onViolation)
    this.#stopLooking()
  }

  /** The page's own starter; why it failed is not known to anybody else. */
  noting(starter: Starter): Starter {
    return async signal => {
      this.#starterError = undefined
      // Whoever waits for it gives up at once, and it may never answer.
      signal?.addEventListener('abort', () => {
        if (signal.reason?.name === 'TimeoutError') this.#starterError = signal.reason
      })
      try {
        return requireStarted(await starter(signal))
      } catch (error) {
        if (!signal?.aborted) this.#starterError = error
        throw error
      }
    }
  }

  /** What the page's own backend has started, or its error. */
  given(started: StartedSignIn): void {
    this.#starterError = undefined
    try {
      requireStarted(started)
    } catch (error) {
      this.#starterError = error
    }
  }

  /** The screen has changed. */
  shown({ state, code }: ScreenUpdate): void {
    if (state !== 'trouble') {
      this.#stopLooking()
      this.#said = undefined
      // A start that has failed is followed by `trouble`.
      if (state !== 'starting') this.#starterError = undefined
    }
    if (code === undefined) return
    const cause = state === 'trouble' ? this.#known(code) : undefined
    this.#tell(code, cause)
    // What a proxy says in the gate's place has no code of the gate's.
    const isUnclear = !cause && (code === 'unreachable' || code === 'refused')
    if (state === 'trouble' && isUnclear) void this.#look(code)
  }

  #known(code: string): TroubleCause | undefined {
    if (code === 'kiosk_revoked') return code
    if (unknownCodes.has(code)) return 'sign_in_unknown'
    if (code === 'kiosk_not_enrolled') {
      // What a backend has started cannot be gone on with, so the page itself has tried.
      const isSecond = this.#said === 'starter_failed' || this.#said === 'sign_in_unknown'
      return isSecond ? this.#said : code
    }
    if (code !== 'unreachable') return undefined
    const error = this.#starterError
    if (error !== undefined && !(error instanceof GateError)) return 'starter_failed'
    const address = parsed(this.#gate)
    if (!address) return 'no_gate'
    const { protocol, hostname } = address
    const isPlain = protocol === 'http:' && !/^(localhost|127\..*|\[::1\])$/.test(hostname)
    return location.protocol === 'https:' && isPlain ? 'mixed_content' : undefined
  }

  async #look(code: string): Promise<void> {
    if (this.#looking) return
    const looking = new AbortController()
    this.#looking = looking
    const timeout = setTimeout(() => looking.abort(), lookMs)
    const found = await this.#ask(looking.signal)
    clearTimeout(timeout)
    if (this.#looking !== looking) return
    this.#looking = undefined
    if (found) this.#tell(code, found.cause, found.message)
  }

  /** The gate tells every page whether it may ask; a browser says no more than that a call has failed. */
  async #ask(signal: AbortSignal): Promise<Finding | undefined> {
    const ask = { signal, cache: 'no-store', credentials: 'omit' } as const
    const gate = this.#gate
    const secure = gate.replace(/^http:/, 'https:')
    const since = performance.now()
    try {
      const answer = await fetch(gate + paths.origin, { ...ask, redirect: 'manual' })
      if (answer.type === 'opaqueredirect') return { cause: 'redirected' }
      const { allowed } = (await answer.json()) as Partial<OriginView>
      if (allowed === undefined) return { cause: 'no_gate' }
      if (!allowed) return { cause: 'origin_not_allowed' }
      return this.#socketBlocked ? { cause: 'page_policy' } : undefined
    } catch (error) {
      // It has answered, and in no words of a gate's.
      if (error instanceof SyntaxError) return { cause: 'no_gate' }
    }
    // Browsers tell of a violation, and of where a call went, a moment after it has failed.
    await new Promise(resolve => setTimeout(resolve, toldWithinMs))
    if (this.#blocked.has(gate)) return { cause: 'page_policy' }
    if (secure !== gate && wentTo(secure + paths.origin, since)) {
      const message = `This page's Content-Security-Policy has upgrade-insecure-requests, which makes ${secure} of ${gate}. Give the gate an https address, or take that out of the policy.`
      return { cause: 'page_policy', message }
    }
    const answered = await fetch(gate, { ...ask, mode: 'no-cors' }).then(
      () => true,
      () => false,
    )
    // Where a redirect leads no page is told, and most lead here.
    const elsewhere = secure.replace(/:\d+$/, '')
    if (secure !== gate && (await isGate(elsewhere, ask))) {
      const message = `The gate answers at ${elsewhere}, and ${gate} most likely redirects there. Set the attribute "server" to ${elsewhere}.`
      return { cause: 'redirected', message }
    }
    return { cause: answered ? 'no_gate' : 'no_answer' }
  }

  #tell(
    code: string,
    cause: TroubleCause | undefined,
    message = cause && this.#message(cause),
  ): void {
    if (!cause || !message) {
      this.#parts.tell({ code })
      return
    }
    if (cause !== this.#said) {
      this.#said = cause
      // biome-ignore lint/suspicious/noConsole: this is where whoever builds a page looks first.
      console.error(`<qrgate-kiosk> ${cause}: ${message}`)
    }
    this.#parts.tell({ code, cause, message })
  }

  #message(cause: TroubleCause): string {
    const gate = this.#gate
    switch (cause) {
      case 'origin_not_allowed':
        return `The gate at ${gate} does not let pages of ${location.origin} call it. Add this origin to its QRGATE_ALLOWED_ORIGINS.`
      case 'no_gate':
        return `What answers at ${gate} is no QRGate: another program, or a proxy whose gate is down. The attribute "server" must be the gate's whole origin, like https://gate.example.org, and the gate must be running.`
      case 'redirected':
        return `What answers at ${gate} redirects. Set the attribute "server" to where it leads.`
      case 'no_answer':
        return `Nothing answers at ${gate}. Check the attribute "server", the network, and whether the gate is running; if ${gate} redirects, set "server" to where it leads.`
      case 'mixed_content':
        return `This page came over https, so browsers do not let it call ${gate}. Give the gate an https address.`
      case 'page_policy':
        return `This page's Content-Security-Policy does not let it call ${gate}. Add ${gate} and ${gate.replace(/^http/, 'ws')} to its connect-src.`
      case 'starter_failed':
        return `The page's own start failed: ${this.#starterError}`
      case 'sign_in_unknown':
        return `The gate at ${gate} does not know the sign-in that the page goes on with. Give the element "id" and "kiosk_secret" as this very gate has answered them.`
      case 'kiosk_not_enrolled':
        return `The gate at ${gate} lets enrolled kiosks start and nobody else. Let the page's backend start, with its kiosk's credential.`
      case 'kiosk_revoked':
        return `An operator has revoked the kiosk that starts here. Its backend needs the credential of another one.`
    }
  }

  /** The origin that is called; what is no address at all is named as it stands. */
  get #gate(): string {
    const server = this.#parts.server() || '/'
    return parsed(server, location.href)?.origin ?? server
  }

  #stopLooking(): void {
    this.#looking?.abort()
    this.#looking = undefined
  }

  readonly #onViolation = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
    const blocked = parsed(blockedURI)
    if (effectiveDirective !== 'connect-src' || !blocked) return
    const { protocol, origin } = blocked
    if (!protocol.startsWith('ws')) this.#blocked.add(origin)
    else if (!this.#socketBlocked && origin === this.#gate.replace(/^http/, 'ws')) {
      // Polls go on without it, so nothing else would say so.
      this.#socketBlocked = true
      this.#tell('unreachable', 'page_policy')
    }
  }
}

/** Whether the page has called this address since then, in milliseconds of its own clock. */
function wentTo(address: string, since: number): boolean {
  return performance
    .getEntriesByName(address, 'resource')
    .some(({ startTime }) => startTime >= since)
}

async function isGate(origin: string, ask: RequestInit): Promise<boolean> {
  try {
    const answer = (await (await fetch(origin + paths.origin, ask)).json()) as Partial<OriginView>
    return answer.allowed !== undefined
  } catch {
    return false
  }
}

/** `URL.parse` would do, were it in every browser that kiosks have (docs/browsers.md). */
function parsed(address: string, base?: string): URL | undefined {
  try {
    return new URL(address, base)
  } catch {
    return undefined
  }
}
