import type { ViewOptions } from '../src/client.ts'
import type { GateError } from '../src/gate-error.ts'
import type { Frame, KioskPolicy, KioskView, PollAnswer } from '../src/protocol.ts'

interface Poll {
  id: string
  options: ViewOptions
  resolve(answer: PollAnswer): void
  reject(error: unknown): void
}

const name = { ko: '접수', en: 'Desk' }
const frame: Frame = { url: 'F', starts_in_ms: 0, lasts_ms: 3_000 }

/** The HTTP side of a gate for tests: it answers a poll when the test says so. */
export class FakePolls {
  readonly server = 'http://gate.test:8080'
  /** Every poll that was asked, as one line. */
  readonly asked: string[] = []
  /** What each had seen of the hand-off. */
  readonly handOffSince: (number | undefined)[] = []
  /** Why the gate does not say who this screen is; it does where this is absent. */
  refusal: GateError | undefined
  /** A gate of before has none. */
  policy: KioskPolicy | undefined
  #open: Poll[] = []

  view = (id: string, secret: string, options: ViewOptions = {}): Promise<PollAnswer> => {
    const { since, wait, frames, signal } = options
    const parts = [id, secret, since ?? '-', wait ?? '-', frames ? 'frames' : '-']
    this.asked.push(parts.join(' '))
    this.handOffSince.push(options.handOffSince)
    return new Promise((resolve, reject) => {
      const poll = { id, options, resolve, reject }
      this.#open.push(poll)
      signal?.addEventListener('abort', () => {
        this.#open = this.#open.filter(other => other !== poll)
        reject(signal.reason)
      })
    })
  }

  kiosk = async (): Promise<KioskView> => {
    this.asked.push('kiosk')
    if (this.refusal) throw this.refusal
    const policy = this.policy && { policy: this.policy }
    return { number: 100, site: name, name, mode: 'serve', ...policy }
  }

  /** Polls that nobody has answered or called off. */
  get open(): string[] {
    return this.#open.map(({ id }) => id)
  }

  /** Answers every open poll of this kind. */
  answers(kind: 'waiting' | 'at once', answer: PollAnswer): void {
    for (const { resolve, options } of this.#take(kind)) {
      resolve({ ...answer, ...(options.frames && { frames: [frame] }) })
    }
  }

  fails(kind: 'waiting' | 'at once', error: GateError): void {
    for (const { reject } of this.#take(kind)) reject(error)
  }

  #take(kind: 'waiting' | 'at once'): Poll[] {
    const waits = ({ options }: Poll) => (options.wait !== undefined) === (kind === 'waiting')
    const taken = this.#open.filter(waits)
    this.#open = this.#open.filter(poll => !waits(poll))
    return taken
  }
}
