import { Client, type ClientOptions } from './client.ts'
import { systemClock } from './clock.ts'
import type { Transport } from './connection.ts'
import { socketTo } from './page-socket.ts'
import { SignIn } from './sign-in.ts'
import { requireStarted, type StartedSignIn, type Starter, startedBy } from './starter.ts'

export interface StartOptions extends ClientOptions {
  /** Goes on with a successor whenever an unscanned sign-in runs out: for screens that always show a QR. */
  renew?: boolean
  /** A sign-in that the page's own backend has started. */
  resume?: StartedSignIn
  /** Starts each sign-in, and each successor, in place of the gate's own call: asks the page's backend. */
  starter?: Starter
  /** How changes arrive; by default over a WebSocket, and by long polls where none gets through. */
  transport?: Transport
  /** Gives up: before the start by a rejection, after it by closing the sign-in. */
  signal?: AbortSignal
}

/**
 * Starts a sign-in, or resumes one, and watches it.
 *
 *     for await (const update of await startSignIn()) draw(update.qr, update.state)
 */
export async function startSignIn(options: StartOptions = {}): Promise<SignIn> {
  const { renew = false, resume, transport = 'auto', signal } = options
  signal?.throwIfAborted()
  const client = new Client(options)
  const clock = systemClock
  const starter = options.starter
    ? startedBy(options.starter, clock, options.timeoutMs)
    : (signal?: AbortSignal) => client.start(signal)
  const asking = { at: clock.now(), skew: clock.wall() - clock.now() }
  const answer = resume ? requireStarted(resume) : await starter(signal)
  const parts = { client, socket: socketTo(client, transport), clock, renew, starter }
  const signIn = new SignIn(parts, answer, asking)
  signal?.addEventListener('abort', () => signIn.close(), { once: true })
  return signIn
}
