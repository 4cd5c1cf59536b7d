import type { SignInView } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Limit } from '../limits/limit.ts'
import type { Payer } from '../limits/payer.ts'
import type { Actor } from '../protocol/log-event.ts'
import { phoneHash } from '../protocol/phone-key.ts'
import { isSignInId } from '../protocol/sign-in-id.ts'
import type { SignIn } from '../protocol/sign-in-row.ts'
import { signInView } from '../protocol/sign-in-view.ts'
import type { Account } from '../store/account.ts'
import type { Moves } from './moves.ts'
import { type Phone, payerOf } from './phone.ts'
import type { Screen } from './screen.ts'
import type { Services } from './services.ts'

/**
 * What follows the story: somebody is signed in at a kiosk, until kiosk or phone ends it, or time does.
 * Closing a page ends nothing: the same page may come back.
 */
export type Visits = ReturnType<typeof createVisits>

export interface VisitsParts {
  moves: Moves
  services: Pick<Services, 'disowned' | 'changed'>
  clock: Clock
  /** Pages that were closed, by page: each that comes back is a row written twice. */
  leaves: Limit
  /** Where this phone is no longer known as one of the account's own. Never fails. */
  forgetPhone(account: string, payer: Payer): Promise<void>
}

export function createVisits({ moves, services, clock, leaves, forgetPhone }: VisitsParts) {
  return {
    /** At the kiosk: somebody says so, or nobody has touched it for a while. */
    async end(screen: Screen, reason: 'kiosk' | 'idle'): Promise<SignInView> {
      return signInView(await moves.take(screen.use(), { type: 'end', reason }), clock())
    },

    /** On the phone that scanned. */
    async endByPhone(id: string, phoneKey: string): Promise<SignIn> {
      const { kiosk } = await moves.ofPhone(id, phoneKey)
      const hash = phoneHash(phoneKey, id)
      return moves.take({ id, kiosk }, { type: 'end', reason: 'phone', phoneHash: hash })
    },

    /** Its owner says so on their account's page. @throws Refusal `not_found`, of somebody else's too. */
    async endByOwner(id: string, { key: account }: Pick<Account, 'key'>, actor: Actor) {
      if (!isSignInId(id)) throw new Refusal('not_found')
      return moves.takeStored(id, { type: 'end', reason: 'phone', account, actor })
    },

    /**
     * Whoever holds the phone says that somebody else has signed in with it. What is going on ends, what
     * was asked for is cancelled, the report stays for the operator, and the phone is none of the account's own any more. The account
     * stays open: locking it would let whoever guessed a password lock its owner out.
     */
    async disown(id: string, phone: Phone): Promise<SignIn> {
      const { kiosk } = await moves.ofPhone(id, phone.key)
      const hash = phoneHash(phone.key, id)
      const step = { type: 'disown', phoneHash: hash } as const
      const also = (next: SignIn) => services.disowned(next, { kind: 'phone', id: hash })
      const signIn = await moves.take({ id, kiosk }, step, also)
      if (signIn.handOff !== null) services.changed(signIn.handOff)
      const payer = payerOf({ id, kiosk }, phone)
      if (signIn.account !== null) await forgetPhone(signIn.account, payer)
      return signIn
    },

    /** The kiosk's page was closed; it may be back in a moment. @throws Refusal `too_many`. */
    async leave(screen: Screen): Promise<void> {
      const subject = screen.use()
      leaves.spend(`kiosk ${subject.id}`)
      await moves.take(subject, { type: 'leave', by: 'kiosk' })
    },

    /** The phone's page was closed before the visitor had signed in. @throws Refusal `too_many`. */
    async leaveByPhone(id: string, phoneKey: string): Promise<void> {
      const { kiosk } = await moves.ofPhone(id, phoneKey)
      leaves.spend(`phone ${id}`)
      const hash = phoneHash(phoneKey, id)
      await moves.take({ id, kiosk }, { type: 'leave', by: 'phone', phoneHash: hash })
    },
  }
}
