/**
 * The right to do something that only one node at a time may do. It is a row, timed by the database's
 * clock, and not a lock of a connection: a pool drops such a lock without a word.
 */
export interface Lease {
  name: string
  holder: string
  /** Rises by one whenever the lease goes to somebody, so that no late write of the one before counts. */
  epoch: number
}

export interface Leases {
  /**
   * Takes the lease where it is free or its time is over, and prolongs it for who holds it.
   * @param ms how long it lasts from now on.
   * @returns null while somebody else holds it.
   */
  take(name: string, holder: string, ms: number): Promise<Lease | null>
  /** Gives it back before its time; harmless where it is somebody else's by now. */
  release(lease: Lease): Promise<void>
  /** Ends all of them: in a copy of a database that nobody else uses. */
  endAll(): Promise<void>
}

/** Somebody else has the lease, or its time is over: what was to be written was not. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'

  constructor({ name, holder, epoch }: Lease) {
    super(`the lease "${name}" is no longer that of ${holder} (epoch ${epoch})`)
  }
}
