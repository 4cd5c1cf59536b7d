import type { ClaimOptions } from '../src/client.ts'
import { GateError } from '../src/gate-error.ts'
import type { ClaimAnswer, HandOffView } from '../src/protocol.ts'
import { Queue } from '../src/queue.ts'
import type { SignInUpdate } from '../src/sign-in.ts'
import type { TurnSignIn } from '../src/turn.ts'

/** Who signs in where a test does not care. */
export const someClaim: ClaimAnswer = {
  id: 'a',
  state: 'claimed',
  account: { name: '홍*동' },
  auth_time: 1_800_000_000,
  amr: ['pwd'],
}

/** A sign-in for tests, whose updates are what the test puts into its queue. */
export class FakeSignIn implements TurnSignIn {
  readonly queue: Queue<SignInUpdate> = new Queue<SignInUpdate>(() => this.queue.end())
  readonly started = { id: 'a', kiosk_secret: 'secret of a' }
  /** How the gate answers what is chosen. */
  chosen: () => Promise<HandOffView | undefined> = async () => undefined
  readonly #told: string[]
  readonly #cancelRefused: string | undefined
  readonly #claim: () => Promise<ClaimAnswer>

  /** @param told gets what the gate is told: `cancel kiosk`, `end idle`, `choose pay ko` … */
  constructor(told: string[], claim: () => Promise<ClaimAnswer>, cancelRefused?: string) {
    this.#told = told
    this.#claim = claim
    this.#cancelRefused = cancelRefused
  }

  [Symbol.asyncIterator](): AsyncIterator<SignInUpdate> {
    return this.queue
  }

  async cancel(reason = 'kiosk'): Promise<void> {
    this.#told.push(`cancel ${reason}`)
    if (this.#cancelRefused) throw new GateError(this.#cancelRefused)
  }

  chooseService(service: string, language = ''): Promise<HandOffView | undefined> {
    this.#told.push(`choose ${service} ${language}`.trim())
    return this.chosen()
  }

  claim(_options?: Pick<ClaimOptions, 'language'>): Promise<ClaimAnswer> {
    return this.#claim()
  }

  async end(reason = 'kiosk'): Promise<void> {
    this.#told.push(`end ${reason}`)
  }

  async extend(): Promise<void> {
    this.#told.push('extend')
  }

  leave(): void {
    this.#told.push('leave')
  }

  comeBack(): void {
    this.#told.push('come back')
  }

  async userCode() {
    return { user_code: 'WDJB-MJHT', verification_uri: 'u', expires_in: 120 }
  }

  close(): void {
    this.queue.end()
  }
}
