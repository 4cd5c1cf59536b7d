import type { Clock } from './clock.ts'
import { GateError } from './gate-error.ts'
import type { StartAnswer } from './protocol.ts'

/** What is needed of a sign-in that somebody else has started: `{ id, kiosk_secret }`. */
export type StartedSignIn = Pick<StartAnswer, 'id' | 'kiosk_secret'>

/**
 * Starts a sign-in, as a page's own backend does with its kiosk's credential; called for each one.
 * Whatever it throws that is no {@link GateError} counts as `unreachable`, so it is asked again; so do
 * an answer of another shape, and none within ten seconds.
 */
export type Starter = (signal?: AbortSignal) => Promise<StartAnswer | StartedSignIn>

/** @throws TypeError where a backend has given anything else, as its own error. */
export function requireStarted<T extends StartedSignIn>(answer: T): T {
  const { id, kiosk_secret: secret } = Object(answer) as Partial<StartedSignIn>
  const isStarted = typeof id === 'string' && id && typeof secret === 'string' && secret
  if (!isStarted) throw new TypeError('no { id, kiosk_secret } was given')
  return answer
}

/**
 * The same, with every failure but the caller's own abort as a {@link GateError}.
 * @param timeoutMs after so long it is given up: its signal's reason is a `TimeoutError` then.
 */
export function startedBy(starter: Starter, clock: Clock, timeoutMs = 10_000): Starter {
  return async signal => {
    const abort = new AbortController()
    const stop = () => abort.abort(signal?.reason)
    signal?.addEventListener('abort', stop)
    let stopTimer = () => {}
    const given = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason))
      stopTimer = clock.after(timeoutMs, () => {
        abort.abort(new DOMException(`no answer within ${timeoutMs / 1000} s`, 'TimeoutError'))
      })
    })
    try {
      return requireStarted(await Promise.race([starter(abort.signal), given]))
    } catch (error) {
      signal?.throwIfAborted()
      throw error instanceof GateError ? error : new GateError('unreachable', { cause: error })
    } finally {
      stopTimer()
      signal?.removeEventListener('abort', stop)
    }
  }
}
