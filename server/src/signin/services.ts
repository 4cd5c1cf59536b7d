import { finalStates, type Language, type Service } from '@qrgate/sdk/protocol'
import type { Clients } from '../clients/clients.ts'
import { isReachable } from '../clients/reachable.ts'
import type { Clock } from '../clock.ts'
import { afterwards, Refusal } from '../errors.ts'
import type { Limit } from '../limits/limit.ts'
import {
  type HandOff,
  type HandOffTimings,
  observeHandOff,
  overStates,
  requestHandOff,
} from '../protocol/hand-off.ts'
import type { Actor } from '../protocol/log-event.ts'
import { policyOf } from '../protocol/policy.ts'
import { endedRefusal } from '../protocol/sign-in.ts'
import { createSignInId } from '../protocol/sign-in-id.ts'
import type { Observed, SignIn, Step } from '../protocol/sign-in-row.ts'
import type { Decide } from '../store/change.ts'
import type { HandOffRecords } from '../store/hand-off.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { WithSignIn } from '../store/sign-ins.ts'
import { cancelsUnlessOver } from './cancelled-hand-off.ts'
import type { Moves, Subject } from './moves.ts'
import type { Screen } from './screen.ts'
import type { WatchedHandOff, WithHandOff } from './watched.ts'

/** What the visitor came for: a service of the kiosk's client, asked for at the kiosk. */
export type Services = ReturnType<typeof createServices>

export interface ServicesParts {
  moves: Moves
  handOffs: Pick<HandOffRecords, 'read'>
  clients: Pick<Clients, 'byId'>
  clock: Clock
  timings: HandOffTimings
  /** Hand-offs of one sign-in: each costs its client a number. */
  choices: Limit
  randomBytes(size: number): Uint8Array
  /** A client is to be asked; nobody waits for it. */
  onRequested(id: string): void
  /** Something happened to a hand-off; nobody waits for it. */
  onChanged(id: string): void
}

/** A hand-off that comes with a step of its sign-in. */
interface Request {
  id: string
  also: WithSignIn
}

/** Whether the same choice once more is the same hand-off: where nothing came of it, it is a new one. */
function stands({ state }: HandOff): boolean {
  return !overStates.has(state) && state !== 'failed' && state !== 'refused'
}

export function createServices(parts: ServicesParts) {
  const { moves, clock, timings } = parts

  /** What the kiosk offers to who has signed in here; nothing where the client is reached nowhere. */
  async function offered(
    { client: id, policy }: Kiosk,
    { client: agreed }: SignIn,
  ): Promise<Service[]> {
    if (id === null || id !== agreed) return []
    const client = await parts.clients.byId(id)
    // What could not be taken back again is not asked for.
    if (!client || !isReachable(client)) return []
    const { offer } = policyOf(policy).services
    if (!offer) return [...client.services]
    const known = new Map(client.services.map(service => [service.id, service]))
    return offer.flatMap(id => known.get(id) ?? [])
  }

  function request(
    { id: signIn, kiosk, account, client, claims }: SignIn,
    { id: service, name, icon }: Service,
    language: Language,
  ): Request {
    if (account === null || client === null) throw new Refusal('not_approved')
    const now = clock()
    const id = createSignInId(now, parts.randomBytes(10))
    const asked = { id, signIn, client, kiosk, account, claims: claims ?? [], language }
    const of = { ...asked, service: { id: service, name, icon } }
    const actor: Actor = { kind: 'kiosk', id: `${kiosk}` }
    const decide: Decide<HandOff> = () => requestHandOff(of, actor, now, timings)
    return { id, also: { handOffs: new Map([[id, decide]]) } }
  }

  /** What becomes of a hand-off that is cancelled with a step of its sign-in. */
  function cancels(id: string | null, reason: 'another' | 'not_me', actor: Actor): WithSignIn {
    return id === null ? {} : { handOffs: new Map([[id, cancelsUnlessOver(reason, actor, parts)]]) }
  }

  async function read(id: string): Promise<HandOff | null> {
    const row = await parts.handOffs.read(id)
    return row && observeHandOff(row, clock(), timings)
  }

  async function ofSignIn<Row extends Observed>(signIn: Row): Promise<WithHandOff<Row>> {
    const handOff = signIn.handOff === null ? null : await read(signIn.handOff)
    return { signIn, handOff, deadline: signIn.deadline ?? handOff?.deadline ?? null }
  }

  /** Somebody is at the kiosk. @throws Refusal where nobody is, or is no longer. */
  async function visitOf(subject: Subject): Promise<SignIn> {
    const signIn = await moves.current(subject)
    if (signIn.state === 'claimed') return signIn
    if (finalStates.has(signIn.state)) throw endedRefusal(signIn)
    throw new Refusal('not_approved')
  }

  /** Chooses once; null where somebody else has chosen meanwhile. */
  async function tryToChoose(
    subject: Subject,
    service: Service,
    language: Language,
  ): Promise<WithHandOff<SignIn> | null> {
    const asked = await ofSignIn(await visitOf(subject))
    const { signIn, handOff } = asked
    if (handOff && stands(handOff) && handOff.service.id === service.id) return asked
    const takeBack = parts.choices.spend(subject.id)
    const { id, also } = request(signIn, service, language)
    const instead = signIn.handOff
    const actor: Actor = { kind: 'kiosk', id: `${subject.kiosk.number}` }
    const cancelled = cancels(instead, 'another', actor)
    const both = new Map([...(cancelled.handOffs ?? []), ...(also.handOffs ?? [])])
    const step: Step = { type: 'choose', handOff: id, instead }
    const chosen = await moves.take(subject, step, { handOffs: both })
    if (chosen.handOff !== id) {
      takeBack()
      return null
    }
    if (instead !== null) parts.onChanged(instead)
    parts.onRequested(id)
    return afterwards(ofSignIn(chosen))
  }

  return {
    /** Of a sign-in that has one, with how that stands. */
    ofSignIn,

    /** A hand-off for whoever waits for it. A row that is gone is nothing to wait for. */
    async watched(id: string): Promise<WatchedHandOff> {
      const handOff = await read(id)
      return { handOff, seq: handOff?.seq ?? 0, deadline: handOff?.deadline ?? null }
    },

    requested: parts.onRequested,

    /** What goes with a claim: what may be chosen, or the hand-off of the only service there is. */
    async atClaim(
      kiosk: Kiosk,
      signIn: SignIn,
      language: Language,
    ): Promise<{ services: Service[]; request?: Request }> {
      const services = await offered(kiosk, signIn)
      const [only, ...others] = services
      // A repeated claim asks for nothing anew.
      const asksNothing = signIn.handOff !== null || !only || others.length > 0 || only.closed
      return asksNothing ? { services } : { services, request: request(signIn, only, language) }
    },

    /**
     * The visitor chooses, at the kiosk. The same again is the same hand-off; another one cancels it.
     * @throws Refusal `service_unknown`, `service_closed`, `too_many`.
     */
    async choose(screen: Screen, id: string, language: Language): Promise<WithHandOff<SignIn>> {
      const subject = screen.use()
      const offers = await offered(subject.kiosk, await visitOf(subject))
      const service = offers.find(service => service.id === id)
      if (!service) throw new Refusal('service_unknown')
      if (service.closed) throw new Refusal('service_closed')
      for (;;) {
        const chosen = await tryToChoose(subject, service, language)
        if (chosen) return chosen
      }
    },

    /** It was somebody else's. */
    disowned: (signIn: SignIn, actor: Actor) => cancels(signIn.handOff, 'not_me', actor),
    changed: parts.onChanged,
  }
}
