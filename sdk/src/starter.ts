import { GateError } from './gate-error.ts'
import type { StartAnswer } from './protocol.ts'

/** What is needed of a sign-in that somebody else has started: `{ id, kiosk_secret }`. */
export type StartedSignIn = Pick<StartAnswer, 'id' | 'kiosk_secret'>

/**
 * Starts a sign-in, as a page's own backend does with its kiosk's credential; called for each one.
 * Whatever it throws that is no {@link GateError} counts as `unreachable`, so it is asked again.
 */
export type Starter = (signal?: AbortSignal) => Promise<StartAnswer | StartedSignIn>

/** The same, with every failure but the caller's own abort as a {@link GateError}. */
export function startedBy(starter: Starter): Starter {
  return async signal => {
    try {
      return await starter(signal)
    } catch (error) {
      signal?.throwIfAborted()
      throw error instanceof GateError ? error : new GateError('unreachable', { cause: error })
    }
  }
}
