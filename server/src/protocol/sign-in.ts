import type { FinalReason, PhoneKind, SignInState } from '@qrgate/sdk/protocol'
import { finalStates } from '@qrgate/sdk/protocol'
import { Refusal } from '../errors.ts'
import { sameText } from './keyring.ts'
import { startedAt } from './sign-in-id.ts'

/** One attempt from QR to claim. `pending` has no row: its id says when it began and thus ends. */
export interface SignIn {
  id: string
  kiosk: number
  /** False for sign-ins whose kiosk has no secret (the seed's API): they stop at `approved`. */
  claimable: boolean
  state: Exclude<SignInState, 'pending'>
  reason: FinalReason | null
  /** Rises by one with every change; no row counts as 0. */
  seq: number
  /** When the present state runs out, in milliseconds since 1970; null in final states. */
  deadline: number | null
  phoneHash: string | null
  phoneKind: PhoneKind | null
  /** The account's key, once someone signed in. Written at most once. */
  account: string | null
  /** RFC 8176 method names. */
  amr: string[] | null
  approvedAt: number | null
  claimedAt: number | null
  updatedAt: number
}

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
  | { type: 'approve'; phoneHash: string; account: string; amr: string[] }
  /** The seed's one call does it all: no phone key, from pending straight to approved. */
  | { type: 'approve_at_once'; phoneHash: string; account: string; amr: string[] }
  | { type: 'deny'; phoneHash: string }
  | { type: 'cancel'; reason: 'kiosk' | 'not_my_phone' | 'revoked' }
  | { type: 'claim' }
  /** The reaper's: writes down what time has already decided. */
  | { type: 'expire' }

/** What a step is about and when it happens. */
export interface Moment {
  id: string
  kiosk: number
  claimable: boolean
  now: number
  timings: Timings
}

export type AuditEvent =
  | 'scan'
  | 'sign_in'
  | 'approve'
  | 'deny'
  | 'cancel'
  | 'claim'
  | 'expire'
  | 'end'

/** The row to write and the events to write with it; no events: the step was a repeat. */
export interface Move {
  next: SignIn
  events: AuditEvent[]
}

/**
 * The whole protocol as one pure function: what a step makes of a sign-in.
 * A repeated step by the same hand gives the same row and no event.
 * @throws Refusal when the step is not this sign-in's next one.
 */
export function advance(old: SignIn | null, step: Step, moment: Moment): Move {
  const { now, timings } = moment
  const current = observe(old, moment)
  const move = (change: Partial<SignIn>, ...events: AuditEvent[]): Move => ({
    next: { ...current, ...change, seq: (old?.seq ?? 0) + 1, updatedAt: now } as SignIn,
    events,
  })
  const repeat = (): Move => ({ next: old ?? fail(), events: [] })

  switch (step.type) {
    case 'scan': {
      if (current.state === 'pending') {
        const { phoneHash, phoneKind } = step
        const deadline = now + timings.scanned
        return move({ state: 'scanned', phoneHash, phoneKind, deadline }, 'scan')
      }
      if (scannedBy(current, step.phoneHash)) return repeat()
      if (current.state === 'expired') throw new Refusal('expired')
      throw new Refusal(finalStates.has(current.state) ? 'already_ended' : 'in_use')
    }

    case 'approve': {
      if (!scannedBy(current, step.phoneHash)) throw new Refusal('not_your_phone')
      if (current.state === 'scanned') return move(approval(step, moment), 'sign_in', 'approve')
      if (isApproved(current) && current.account === step.account) return repeat()
      throw new Refusal(current.state === 'expired' ? 'expired' : 'already_ended')
    }

    case 'approve_at_once': {
      if (current.state === 'pending') {
        return move(approval(step, moment), 'scan', 'sign_in', 'approve')
      }
      if (scannedBy(current, step.phoneHash) && isApproved(current)) return repeat()
      throw new Refusal(current.state === 'expired' ? 'expired' : 'already_ended')
    }

    case 'deny': {
      if (!scannedBy(current, step.phoneHash)) throw new Refusal('not_your_phone')
      if (current.state === 'scanned') return move({ state: 'denied', deadline: null }, 'deny')
      if (current.state === 'denied') return repeat()
      throw new Refusal(current.state === 'expired' ? 'expired' : 'already_ended')
    }

    case 'cancel': {
      const { reason } = step
      const revoked = reason === 'revoked' && current.state === 'approved'
      if (current.state === 'pending' || current.state === 'scanned' || revoked) {
        return move({ state: 'cancelled', reason, deadline: null }, 'cancel')
      }
      if (current.state === 'cancelled') return repeat()
      throw new Refusal(current.state === 'expired' ? 'expired' : 'already_ended')
    }

    case 'claim': {
      if (!current.claimable) throw new Refusal('not_claimable')
      if (current.state === 'approved') {
        const deadline = now + timings.visit
        return move({ state: 'claimed', claimedAt: now, deadline }, 'claim')
      }
      if (current.state === 'pending' || current.state === 'scanned') {
        throw new Refusal('not_approved')
      }
      // A lost answer must not lose a login: the same secret may ask again for a while.
      const askedAgain = current.claimedAt !== null && now < current.claimedAt + timings.claimAgain
      if (askedAgain && current.state === 'claimed') return repeat()
      throw new Refusal(current.state === 'expired' ? 'expired' : 'already_ended')
    }

    case 'expire': {
      if (old === null || current.state === old.state) return { next: old ?? fail(), events: [] }
      return { next: current as SignIn, events: [current.state === 'ended' ? 'end' : 'expire'] }
    }
  }
}

/** A sign-in that may still be without a row. */
export type Observed = SignIn | (Omit<SignIn, 'state'> & { state: 'pending' })

/**
 * What a sign-in is at this moment. Time decides first and rows follow: a state that has run out
 * counts as over even before the reaper has written it, with the `seq` that the reaper will write.
 */
export function observe(old: SignIn | null, moment: Moment): Observed {
  const { id, kiosk, claimable, now, timings } = moment
  if (old === null) {
    const blank = { ...empty, id, kiosk, claimable, deadline: startedAt(id) + timings.pending }
    if (now < blank.deadline) return { ...blank, state: 'pending' }
    return { ...blank, state: 'expired', reason: 'unscanned', seq: 1, deadline: null }
  }
  if (old.deadline === null || now < old.deadline) return old
  return { ...old, ...runOut(old), seq: old.seq + 1, deadline: null, updatedAt: now }
}

const empty = {
  reason: null,
  seq: 0,
  phoneHash: null,
  phoneKind: null,
  account: null,
  amr: null,
  approvedAt: null,
  claimedAt: null,
  updatedAt: 0,
}

function runOut(old: SignIn): Pick<SignIn, 'state' | 'reason'> {
  if (old.state === 'claimed') return { state: 'ended', reason: 'absolute' }
  if (old.state !== 'approved') return { state: 'expired', reason: 'abandoned' }
  // Nobody was ever to claim it, so being approved was its success.
  if (!old.claimable) return { state: 'ended', reason: 'absolute' }
  return { state: 'expired', reason: 'unclaimed' }
}

type Approve = Extract<Step, { type: 'approve' | 'approve_at_once' }>

function approval({ phoneHash, account, amr }: Approve, moment: Moment): Partial<SignIn> {
  const { id, now, claimable, timings } = moment
  // The seed's socket may ask until as long again after the ticket's expiry.
  const deadline = claimable ? now + timings.approved : startedAt(id) + 2 * timings.pending
  return { state: 'approved', phoneHash, account, amr, approvedAt: now, deadline }
}

function scannedBy(signIn: Observed, phoneHash: string): boolean {
  return signIn.phoneHash !== null && sameText(signIn.phoneHash, phoneHash)
}

export function isApproved(signIn: Observed): boolean {
  return signIn.state === 'approved' || signIn.state === 'claimed'
}

function fail(): never {
  throw new Error('there is no row to keep')
}
