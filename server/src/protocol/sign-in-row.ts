import type { FinalReason, PhoneKind, SignInState } from '@qrgate/sdk/protocol'
import type { ClaimName } from './claims.ts'
import type { Actor, LogEvent } from './log-event.ts'
import type { Method } from './policy-document.ts'

export interface Attempt {
  id: string
  /** The number of the kiosk that started it. */
  kiosk: number
  /** False for sign-ins whose kiosk has no secret (the seed's API): they stop at `approved`. */
  claimable: boolean
  reason: FinalReason | null
  /** Rises by one with every change; no row counts as 0. */
  seq: number
  /** When the present state runs out, in milliseconds since 1970; null in final states. */
  deadline: number | null
  phoneHash: string | null
  phoneKind: PhoneKind | null
  /** The account's key, once someone signed in. Written at most once. */
  account: string | null
  /** The account's as it was then: what raises it ends what may still come of this. */
  epoch: number | null
  /** RFC 8176 method names. */
  amr: string[] | null
  /** When they last proved who they are, where that was before: with an earlier sign-in. */
  provenAt: number | null
  approvedAt: number | null
  claimedAt: number | null
  /** The kiosk's client when the visitor agreed that it is told something. */
  client: string | null
  /** What the visitor agreed to have told, besides `sub`; null before, and where there is no client. */
  claims: readonly ClaimName[] | null
  /** Who has gone and may come back: until {@link Attempt.deadline}, then it is over. */
  leftBy: 'kiosk' | 'phone' | null
  /** The deadline that it gets back when they come back. */
  stayUntil: number | null
  /** When the visitor asked for more time to sign in; once, so null: they still may. */
  extendedAt: number | null
  /** When the phone said that it was somebody else. */
  disownedAt: number | null
  /** The id of the hand-off that stands: what the visitor has asked for last. */
  handOff: string | null
  updatedAt: number
}

/** One attempt from QR to claim, as its row keeps it. */
export interface SignIn extends Attempt {
  state: Exclude<SignInState, 'pending'>
}

/** Nobody has scanned it yet, so it has no row: its id says when it began and thus when it ends. */
export interface Unscanned extends Attempt {
  state: 'pending'
}

export type Observed = SignIn | Unscanned

/** How long each state lasts, in milliseconds. */
export interface Timings {
  pending: number
  scanned: number
  approved: number
  claimAgain: number
  visit: number
}

export type Step =
  | { type: 'scan'; phoneHash: string; phoneKind: PhoneKind }
  | {
      type: 'approve'
      phoneHash: string
      account: string
      epoch: number
      method: Method
      amr: string[]
      provenAt?: number | null
      agreed?: Agreed | null
    }
  /** The seed's one call does it all: no phone key, from pending straight to approved. */
  | { type: 'approve_at_once'; phoneHash: string; account: string; amr: string[] }
  | { type: 'deny'; phoneHash: string }
  /** The visitor needs more time to sign in (WCAG 2.2.1); whoever asks again gets no more of it. */
  | { type: 'extend'; by: 'kiosk' }
  | { type: 'extend'; by: 'phone'; phoneHash: string }
  | { type: 'cancel'; reason: 'kiosk' | 'not_my_phone' | 'revoked' }
  /** The account is removed. */
  | { type: 'cancel'; reason: 'account'; actor: Actor }
  /** With it, what the visitor came for, where that needs no choice: a hand-off's id. */
  | { type: 'claim'; handOff?: string | undefined }
  /** The visitor asks for a service. `instead`: the hand-off that is cancelled by it. */
  | { type: 'choose'; handOff: string; instead: string | null }
  /** The visit is over: whoever is at the kiosk says so, or its page because nobody touches it. */
  | { type: 'end'; reason: 'kiosk' | 'idle' }
  | { type: 'end'; reason: 'phone'; phoneHash: string }
  /** Its owner says so, on their account's page. */
  | { type: 'end'; reason: 'phone'; account: string; actor: Actor }
  /** The phone says that it was somebody else: ends what is going on, and is written down after it too. */
  | { type: 'disown'; phoneHash: string }
  /** A page was closed, perhaps to come back at once; only shortens the time. */
  | { type: 'leave'; by: 'kiosk' }
  | { type: 'leave'; by: 'phone'; phoneHash: string }
  /** The same page is heard again. */
  | { type: 'come_back'; by: 'kiosk' | 'phone' }
  /** The reaper's: writes down what time has already decided. */
  | { type: 'expire' }

/** What a visitor was shown before agreeing to it. */
export interface Agreed {
  /** The client's id. */
  client: string
  claims: readonly ClaimName[]
}

/** The row to write and the events to log with it; neither events nor `quiet`: the step was a repeat. */
export interface Move {
  next: SignIn
  events: LogEvent[]
  /** The row is written though nothing happened that the log should keep. */
  quiet?: boolean
}

/** A sign-in without a row. Its deadline follows from its id: `observe` tells it. */
export function unscanned(id: string, kiosk: number, claimable: boolean): Unscanned {
  return {
    id,
    kiosk,
    claimable,
    state: 'pending',
    reason: null,
    seq: 0,
    deadline: null,
    phoneHash: null,
    phoneKind: null,
    account: null,
    epoch: null,
    amr: null,
    provenAt: null,
    approvedAt: null,
    claimedAt: null,
    client: null,
    claims: null,
    leftBy: null,
    stayUntil: null,
    extendedAt: null,
    disownedAt: null,
    handOff: null,
    updatedAt: 0,
  }
}
