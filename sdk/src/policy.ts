import type { KioskPolicy } from './protocol.ts'

/** Keeps a policy that comes while somebody is at the kiosk for the next visitor. */
export class PolicyForTheNext {
  readonly #give: (policy: KioskPolicy) => void
  #given: number | undefined
  #kept: KioskPolicy | undefined

  /** @param give told of each policy once. */
  constructor(give: (policy: KioskPolicy) => void) {
    this.#give = give
  }

  /** @param free nobody is at the kiosk. */
  heard(policy: KioskPolicy, free: boolean): void {
    this.#kept = policy
    if (free) this.handOver()
  }

  /** Nobody is at the kiosk any more. */
  handOver(): void {
    const policy = this.#kept
    this.#kept = undefined
    // A greeting says it anew, whether or not it is another one.
    if (!policy || policy.version === this.#given) return
    this.#given = policy.version
    this.#give(policy)
  }
}
