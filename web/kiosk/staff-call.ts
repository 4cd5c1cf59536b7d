import { Client, GateError } from '@qrgate/sdk'

/** How a call for staff stands; `repeated`: they were called a moment ago. */
export type StaffCallState = 'idle' | 'calling' | 'coming' | 'repeated' | 'failed'

/** A visitor calls for staff, from the help dialog. */
export class StaffCall {
  readonly #changed: () => void
  #state: StaffCallState = 'idle'

  /** @param changed {@link state} is another one. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  get state(): StaffCallState {
    return this.#state
  }

  /** The dialog is opened anew. */
  forget(): void {
    if (this.#state !== 'calling') this.#is('idle')
  }

  async call(): Promise<void> {
    if (this.#state === 'calling') return
    this.#is('calling')
    try {
      await new Client().staffCall()
      this.#is('coming')
    } catch (error) {
      const isRepeated = error instanceof GateError && error.status === 429
      this.#is(isRepeated ? 'repeated' : 'failed')
    }
  }

  #is(state: StaffCallState): void {
    if (state === this.#state) return
    this.#state = state
    this.#changed()
  }
}
