import { GateError } from '../gate-error.ts'
import { type OriginView, paths } from '../protocol.ts'
import type { ScreenUpdate } from '../screen-update.ts'
import type { Starter } from '../starter.ts'

/** What whoever builds the page can mend. */
export type TroubleCause =
  | 'origin_not_allowed'
  | 'no_gate'
  | 'no_answer'
  | 'mixed_content'
  | 'page_policy'
  | 'starter_failed'
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

const lookMs = 5_000
const toldWithinMs = 200

/**
 * Finds out what is wrong and tells whoever builds the page, by an event and one line in the console.
 * Visitors read a calm sentence: they cannot mend it.
 */
export class TroubleReport {
  readonly #parts: TroubleReportParts
  /** Origins that the page's own policy did not let it call. */
  readonly #blocked = new Set<string>()
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
      try {
        const answer = await starter(signal)
        if (answer?.id && answer.kiosk_secret) return answer
        throw new TypeError('it gave no { id, kiosk_secret }')
      } catch (error) {
        if (!signal?.aborted) this.#starterError = error
        throw error
      }
    }
  }

  /** The screen has changed. */
  shown({ state, code }: ScreenUpdate): void {
    if (state !== 'trouble') {
      this.#stopLooking()
      this.#said = undefined
    }
    if (code === undefined) return
    const cause = state === 'trouble' ? this.#known(code) : undefined
    this.#tell(code, cause)
    // What a proxy says in the gate's place has no code of the gate's.
    const isUnclear = !cause && (code === 'unreachable' || code === 'refused')
    if (state === 'trouble' && isUnclear) void this.#look(code)
  }

  #known(code: string): TroubleCause | undefined {
    if (code === 'kiosk_not_enrolled' || code === 'kiosk_revoked') return code
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
    const cause = await this.#ask(looking.signal)
    clearTimeout(timeout)
    if (this.#looking !== looking) return
    this.#looking = undefined
    if (cause) this.#tell(code, cause)
  }

  /** The gate tells every page whether it may ask; a browser says no more than that a call has failed. */
  async #ask(signal: AbortSignal): Promise<TroubleCause | undefined> {
    const ask = { signal, cache: 'no-store', credentials: 'omit' } as const
    const gate = this.#gate
    try {
      const answer = await fetch(gate + paths.origin, ask)
      const { allowed } = (await answer.json()) as Partial<OriginView>
      if (allowed === undefined) return 'no_gate'
      return allowed ? undefined : 'origin_not_allowed'
    } catch (error) {
      // It has answered, and in no words of a gate's.
      if (error instanceof SyntaxError) return 'no_gate'
    }
    // Browsers tell of a violation a moment after the call has failed.
    await new Promise(resolve => setTimeout(resolve, toldWithinMs))
    if (this.#blocked.has(gate)) return 'page_policy'
    try {
      await fetch(gate, { ...ask, mode: 'no-cors' })
      return 'no_gate'
    } catch {
      return 'no_answer'
    }
  }

  #tell(code: string, cause: TroubleCause | undefined): void {
    if (!cause) {
      this.#parts.tell({ code })
      return
    }
    const message = this.#message(cause)
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
        return `What answers at ${gate} is no QRGate. The attribute "server" must be the gate's whole origin, like https://gate.example.org.`
      case 'no_answer':
        return `Nothing answers at ${gate}. Check the attribute "server", the network, and whether the gate is running.`
      case 'mixed_content':
        return `This page came over https, so browsers do not let it call ${gate}. Give the gate an https address.`
      case 'page_policy':
        return `This page's Content-Security-Policy does not let it call ${gate}. Add ${gate} and ${gate.replace(/^http/, 'ws')} to its connect-src.`
      case 'starter_failed':
        return `The page's own starter failed: ${this.#starterError}`
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
    this.#blocked.add(blocked.origin.replace(/^ws/, 'http'))
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
