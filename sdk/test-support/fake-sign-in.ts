import type { ClaimAnswer } from '../src/protocol.ts'
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
  readonly #cancelled: string[]
  readonly #claim: () => Promise<ClaimAnswer>

  /** @param cancelled gets the reason of every cancel. */
  constructor(cancelled: string[], claim: () => Promise<ClaimAnswer>) {
    this.#cancelled = cancelled
    this.#claim = claim
  }

  [Symbol.asyncIterator](): AsyncIterator<SignInUpdate> {
    return this.queue
  }

  async cancel(reason = 'kiosk'): Promise<void> {
    this.#cancelled.push(reason)
  }

  async claim(): Promise<ClaimAnswer> {
    const answer = await this.#claim()
    this.queue.end()
    return answer
  }

  async userCode() {
    return { user_code: 'WDJB-MJHT', verification_uri: 'u', expires_in: 120 }
  }

  close(): void {
    this.queue.end()
  }
}
