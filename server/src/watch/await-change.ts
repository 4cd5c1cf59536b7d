import { finalStates, type SignInView } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { signInView } from '../protocol/sign-in-view.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { Delivery } from './delivery.ts'

/** Long-polls in flight, and how to answer them all at once when the gate stops. */
export interface ChangeWaits {
  /**
   * The view once its `seq` is above `since` or it is final; the present one after `ms`.
   * @param gone aborts when nobody waits for the answer any more.
   * @throws Refusal `storage_busy` when the store has told nothing until then.
   */
  awaitChange(
    id: string,
    kiosk: Kiosk,
    since: number,
    ms: number,
    gone: AbortSignal,
  ): Promise<SignInView>
  close(): void
}

/** The first look may take as long as the store is patient, in milliseconds. */
const firstLook = 4_000

/** The socket's semantics for whoever cannot keep a socket. */
export function createChangeWaits(delivery: Delivery, clock: Clock): ChangeWaits {
  const waits = new Set<() => void>()
  let closed = false

  return {
    awaitChange: (id, kiosk, since, ms, gone) =>
      new Promise((resolve, reject) => {
        let latest: SignInView | undefined
        let over = false
        const answer = () => {
          clearTimeout(timer)
          watch.stop()
          waits.delete(answer)
          gone.removeEventListener('abort', answer)
          if (latest) resolve(latest)
          else reject(new Refusal(closed ? 'restarting' : 'storage_busy'))
        }
        const enough = () => {
          over = true
          if (latest) answer()
          else timer = setTimeout(answer, Math.max(0, firstLook - ms))
        }
        let timer = setTimeout(enough, ms)
        waits.add(answer)
        gone.addEventListener('abort', answer)
        const watch = delivery.watch(id, kiosk, signIn => {
          latest = signInView(signIn, clock())
          if (closed || over || signIn.seq > since || finalStates.has(signIn.state)) answer()
        })
      }),

    close() {
      closed = true
      for (const answer of [...waits]) answer()
    },
  }
}
