import type { Accounts } from '../accounts/accounts.ts'
import type { Prove } from '../accounts/methods/proof.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Kiosks } from '../kiosks/kiosks.ts'
import { seedKiosk, whereIs } from '../kiosks/kiosks.ts'
import type { JwtTickets } from '../protocol/jwt-ticket.ts'
import type { Actor } from '../protocol/log-event.ts'
import { createPhoneKey, phoneHash } from '../protocol/phone-key.ts'
import { endedRefusal } from '../protocol/sign-in.ts'
import { createSignInId, startedAt } from '../protocol/sign-in-id.ts'
import type { Observed, SignIn, Step, Timings } from '../protocol/sign-in-row.ts'
import type { Delivery, Watch } from '../watch/delivery.ts'
import type { Moves, Subject } from './moves.ts'

export interface SeedFlowParts {
  moves: Moves
  delivery: Delivery
  clock: Clock
  accounts: Accounts
  kiosks: Kiosks
  jwts: JwtTickets
  timings: Timings
  randomBytes(size: number): Uint8Array
}

/**
 * The same story as the system tells it that QRGate re-creates: one JWT is QR, ticket and listening
 * credential at once, there is no phone key and nobody claims.
 */
export type SeedFlow = ReturnType<typeof createSeedFlow>

export function createSeedFlow(parts: SeedFlowParts) {
  const { moves, clock, accounts, kiosks, jwts, timings } = parts

  /** @throws Refusal `ticket_unknown` for everything but a JWT of ours. */
  async function subjectOf(token: string): Promise<Subject> {
    const id = jwts.read(token)
    if (id === undefined) throw new Refusal('ticket_unknown')
    return { id, kiosk: await kiosks.usable(seedKiosk.number) }
  }

  return {
    /** A new sign-in: a JWT, and no kiosk secret. */
    start(): string {
      return jwts.mint(createSignInId(clock(), parts.randomBytes(10)))
    },

    /**
     * From the QR straight to approved, for whoever holds the JWT.
     * @param address where they are.
     */
    async approve(token: string, prove: Prove, address: string): Promise<SignIn> {
      const { id, kiosk } = await subjectOf(token)
      const current = await moves.current({ id, kiosk })
      if (current.state !== 'pending') throw endedRefusal(current)
      // Nobody holds this key, so no phone can take over what the seed's client has approved.
      const hash = phoneHash(createPhoneKey(parts.randomBytes(32)), id)
      const by: Actor = { kind: 'phone', id: hash }
      const payer = { ...whereIs(kiosk, address), signIn: id }
      // It stands at no kiosk that somebody could have set a policy for.
      const requireOpen = () => {}
      const asked = { again: false, signIn: id, by, payer, requireOpen }
      const { account, amr, remember } = await prove(asked)
      await kiosks.usable(kiosk.number)
      await accounts.assertUsable(account.key)
      const step: Step = { type: 'approve_at_once', phoneHash: hash, account: account.key, amr }
      const [signIn] = await Promise.all([moves.take({ id, kiosk }, step), remember?.()])
      return signIn
    },

    /** How to watch; the JWT stays good for that as long again as it is for signing in. */
    async watcher(token: string): Promise<SeedWatcher> {
      const subject = await subjectOf(token)
      if (clock() >= startedAt(subject.id) + 2 * timings.pending) {
        throw new Refusal('ticket_unknown')
      }
      return {
        id: subject.id,
        kiosk: subject.kiosk.number,
        watch: tell => parts.delivery.watch(subject.id, () => moves.current(subject), tell),
      }
    },
  }
}

/** What a JWT lets its holder watch. */
export interface SeedWatcher {
  id: string
  /** The number of the kiosk that started it. */
  kiosk: number
  watch(tell: (signIn: Observed) => void): Watch
}
