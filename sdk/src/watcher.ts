import type { Connection } from './connection.ts'
import type { GateError } from './gate-error.ts'
import type { Frame, KioskPolicy, SignInView, StartAnswer } from './protocol.ts'

/** Who watches a sign-in over the socket. */
export interface Watcher {
  readonly id: string
  readonly kiosk_secret: string
  /** Whether the gate is to send a successor, if this page is its own; asked again at every connection. */
  renews(): boolean
  view(view: SignInView): void
  frames(ask: number, frames: readonly Frame[]): void
  next(answer: StartAnswer): void
  connection(connection: Connection): void
  /** The gate will never answer this watch. */
  failed(error: GateError): void
}

/** Who keeps a socket open while nothing is watched: the gate's own page of an enrolled kiosk. */
export interface Attendant {
  /** The gate has answered the `hello` of a connection. */
  greeted(): void
  /** The kiosk's policy: with a greeting, and whenever it has changed. */
  policy(policy: KioskPolicy): void
  /** The gate is not heard any more; the socket goes on trying. */
  lost(): void
  /** The gate does not take this page for its own, and is asked no more. */
  refused(error: GateError): void
}
