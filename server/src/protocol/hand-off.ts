import { isDeepStrictEqual } from 'node:util'
import type {
  CancelledBecause,
  HandOffChange,
  HandOffState,
  Language,
  Localized,
  QueueTicket,
  Service,
} from '@qrgate/sdk/protocol'
import { Refusal } from '../errors.ts'
import type { ClaimName } from './claims.ts'
import { type Actor, type LogEvent, type LogEventName, system } from './log-event.ts'
import { ticketWith } from './queue-ticket.ts'
import { setBack } from './set-back.ts'

/** One service asked for by one visitor, as its row keeps it. */
export interface HandOff {
  /** UUIDv7; the `webhook-id` of its request at every try. */
  id: string
  signIn: string
  client: string
  /** The number of the kiosk. */
  kiosk: number
  /** The account's key. */
  account: string
  /** What the visitor agreed to have told, besides `sub`. */
  claims: readonly ClaimName[]
  /** As it was called when it was chosen. */
  service: Pick<Service, 'id' | 'name' | 'icon'>
  language: Language
  state: HandOffState
  reason: CancelledBecause | null
  /** Rises with every change that kiosk or phone can see. */
  seq: number
  ticket: QueueTicket | null
  /** Why the client has refused. */
  text: Localized | null
  /** When the phone said that its owner is on the way. */
  comingAt: number | null
  /** When the client has called its owner, the last time that it did. */
  calledAt: number | null
  /** When the present state runs out, in milliseconds since 1970; null where nothing follows. */
  deadline: number | null
  /** How often the client was asked. */
  tries: number
  /** When the client is asked next; while it is being asked, when another node may do so. Null: never. */
  nextTryAt: number | null
  createdAt: number
  updatedAt: number
}

/** How long things last, in milliseconds. */
export interface HandOffTimings {
  /** For so long the client is asked; then staff must help. */
  asking: number
  /** From the request on. */
  life: number
}

export type HandOffStep =
  /** A node asks the client now, and nobody else until then. */
  | { type: 'try'; until: number }
  /** It gave no answer that counts. */
  | { type: 'retry'; at: number }
  /** It wants to be asked no more. */
  | { type: 'give_up' }
  /** It has understood, and will say more by itself. */
  | { type: 'received' }
  /** It answers the request, or says by itself what is another now. */
  | { type: 'change'; change: HandOffChange; by: 'answer' | 'client' }
  | { type: 'cancel'; reason: CancelledBecause; actor: Actor }
  /** The phone says that its owner is on the way; once for each call. */
  | { type: 'coming'; actor: Actor }
  /** Writes down what time has already decided. */
  | { type: 'expire' }

export interface HandOffMove {
  next: HandOff
  events: LogEvent[]
  quiet?: boolean
}

/** Nothing follows these, whoever says so. */
export const overStates: ReadonlySet<HandOffState> = new Set(['done', 'no_show', 'cancelled'])

/** Whether there is something that a visitor may want no longer: what is refused will not come anyway. */
export function mayCancel({ state }: Pick<HandOff, 'state'>): boolean {
  return !overStates.has(state) && state !== 'refused'
}

type Asked = Pick<
  HandOff,
  'id' | 'signIn' | 'client' | 'kiosk' | 'account' | 'claims' | 'service' | 'language'
>

/** The first row of a hand-off. @param actor whose choice it was. */
export function requestHandOff(
  asked: Asked,
  actor: Actor,
  now: number,
  { asking }: HandOffTimings,
): HandOffMove {
  const next: HandOff = {
    ...asked,
    state: 'requested',
    reason: null,
    seq: 1,
    ticket: null,
    text: null,
    comingAt: null,
    calledAt: null,
    deadline: now + asking,
    tries: 0,
    nextTryAt: now,
    createdAt: now,
    updatedAt: now,
  }
  return { next, events: [logged(next, 'hand_off.requested', actor)] }
}

/**
 * The whole life of a hand-off as one pure function: what a step makes of it. A step that says what is so
 * already changes nothing.
 * @throws Refusal `hand_off_over` where nothing may follow.
 */
export function advanceHandOff(
  stored: HandOff,
  step: HandOffStep,
  now: number,
  timings: HandOffTimings,
): HandOffMove {
  const current = observeHandOff(stored, now, timings)
  const client: Actor = { kind: 'client', id: current.client }
  /** What time has decided is written down on the way. */
  const over = current.state === stored.state ? [] : overEvents(current)
  const move = (change: Partial<HandOff>, ...events: LogEvent[]): HandOffMove => {
    const next = { ...current, ...change, seq: stored.seq + 1, updatedAt: now }
    return { next, events: [...over, ...events], ...(events.length === 0 && { quiet: true }) }
  }
  const became = (change: Partial<HandOff>, event: LogEventName, actor: Actor): HandOffMove => {
    const { next } = move(change)
    return move(change, logged(next, event, actor, current.nextTryAt))
  }
  /** Of the asking, which nobody sees. */
  const noted = (change: Partial<HandOff>): HandOffMove => ({
    next: { ...current, ...change, updatedAt: now },
    events: [],
    quiet: true,
  })
  const isAsked = current.state === 'requested' && current.nextTryAt !== null

  switch (step.type) {
    case 'try': {
      // Somebody else asks already, or there is nothing more to ask.
      if (!isAsked || (current.nextTryAt ?? 0) > now) return repeat(stored)
      return noted({ tries: current.tries + 1, nextTryAt: step.until })
    }

    case 'retry':
      return isAsked ? noted({ nextTryAt: step.at }) : repeat(stored)

    case 'give_up':
      return isAsked ? became(failed(current, timings), 'hand_off.failed', system) : repeat(stored)

    case 'received':
      return isAsked ? noted({ nextTryAt: null }) : repeat(stored)

    case 'change': {
      const { status, text, ...ticket } = step.change
      const isOpen = current.state === 'requested' || current.state === 'failed'
      if (step.by === 'answer' && !isOpen) {
        // What the client has said by itself is newer; but the number may stand in the answer alone.
        const lacks = hasPlace(current) && current.ticket?.number === undefined
        if (!lacks) return repeat(stored)
        const answered = ticketWith(null, ticket, current.state)
        return move({ ticket: ticketWith(answered, current.ticket ?? {}, current.state) })
      }
      if (overStates.has(current.state)) {
        if (status === current.state && Object.keys(ticket).length === 0) return repeat(stored)
        throw new Refusal('hand_off_over')
      }
      const next = ticketWith(current.ticket, ticket, status ?? current.state)
      const change: Partial<HandOff> = {
        ...(!isDeepStrictEqual(next, current.ticket) && { ticket: next }),
        ...(text && !isDeepStrictEqual(text, current.text) && { text }),
      }
      if (status === undefined || status === current.state) {
        // What it is told for is written on it, but is no news for the log.
        return Object.keys(change).length === 0 ? repeat(stored) : move(change)
      }
      return became(
        { ...change, ...statusOf(status, current, now, timings) },
        `hand_off.${status}`,
        client,
      )
    }

    case 'cancel': {
      if (current.state === 'cancelled') return repeat(stored)
      // A visit that is over cannot be cancelled any more; that it was somebody else's still is news.
      if (overStates.has(current.state)) throw new Refusal('hand_off_over')
      return became(cancelled(step.reason), 'hand_off.cancelled', step.actor)
    }

    case 'coming': {
      if (overStates.has(current.state)) throw new Refusal('hand_off_over')
      if (current.comingAt !== null) return repeat(stored)
      return became({ comingAt: now }, 'hand_off.coming', step.actor)
    }

    case 'expire':
      if (current === stored) return repeat(stored)
      return { next: current, events: over, quiet: true }
  }
}

const times = ['deadline', 'nextTryAt', 'comingAt', 'calledAt', 'createdAt'] as const

/**
 * What a hand-off is at this moment: a state that has run out counts as over even before it is written
 * down, with the `seq` that it will have then.
 */
export function observeHandOff(stored: HandOff, now: number, timings: HandOffTimings): HandOff {
  if (stored.deadline === null) return stored
  const current = setBack(stored, times, now)
  const { state, seq, createdAt } = current
  if (now < (current.deadline ?? 0)) return current
  const over = { ...current, seq: seq + 1, updatedAt: now }
  if (now >= createdAt + timings.life) {
    // Nobody waits for what was refused or has failed.
    const stands = state === 'requested' || state === 'accepted' || state === 'called'
    return { ...over, ...(stands ? cancelled('over') : { deadline: null, nextTryAt: null }) }
  }
  return { ...over, ...failed(current, timings) }
}

/** The visitor has a place in the client's queue. */
function hasPlace({ state }: HandOff): boolean {
  return state === 'accepted' || state === 'called'
}

function statusOf(
  status: NonNullable<HandOffChange['status']>,
  { createdAt }: HandOff,
  now: number,
  { life }: HandOffTimings,
): Partial<HandOff> {
  if (status === 'cancelled') return cancelled('client')
  const deadline = overStates.has(status) ? null : createdAt + life
  // Who is called once more may say once more that they are coming.
  const again = status === 'called' && { comingAt: null, calledAt: now }
  return { state: status, deadline, nextTryAt: null, ...again }
}

function failed({ createdAt }: HandOff, { life }: HandOffTimings): Partial<HandOff> {
  return { state: 'failed', deadline: createdAt + life, nextTryAt: null }
}

function cancelled(reason: CancelledBecause): Partial<HandOff> {
  return { state: 'cancelled', reason, deadline: null, nextTryAt: null }
}

function overEvents(over: HandOff): LogEvent[] {
  if (over.state === 'cancelled') return [logged(over, 'hand_off.cancelled', system)]
  return over.state === 'failed' && over.deadline !== null
    ? [logged(over, 'hand_off.failed', system)]
    : []
}

function repeat(stored: HandOff): HandOffMove {
  return { next: stored, events: [] }
}

/**
 * No number, text or name: the log is kept for years.
 * @param askedUntil until when the client may just be asked, or when it would have been asked next.
 */
function logged(
  { id, client, kiosk, account, updatedAt, signIn, service, reason, tries }: HandOff,
  event: LogEventName,
  actor: Actor,
  askedUntil: number | null = null,
): LogEvent {
  // Whoever is notified of it is named here: the row may be gone before they can be reached.
  const concerned = { client, service: service.id, tries }
  const detail = {
    ...(event === 'hand_off.requested' && { sign_in: signIn, service: service.id }),
    ...(event === 'hand_off.failed' && { tries }),
    ...(event === 'hand_off.coming' && concerned),
    ...(event === 'hand_off.cancelled' && {
      ...(reason !== null && { reason }),
      ...concerned,
      ...(tries > 0 && askedUntil !== null && { asked_until: askedUntil }),
    }),
  }
  const subject = { kind: 'hand_off', id } as const
  const told = Object.keys(detail).length > 0 && { detail }
  return { event, at: updatedAt, actor, subject, kiosk, account, ...told }
}
