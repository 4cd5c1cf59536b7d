import type { FinalReason } from '@qrgate/sdk/protocol'
import { finalStates } from '@qrgate/sdk/protocol'
import { Refusal } from '../errors.ts'
import { sameText } from './keyring.ts'
import type { LogEventName } from './log-event.ts'
import { isAhead, setBack } from './set-back.ts'
import { logged, overEvent } from './sign-in-events.ts'
import { startedAt } from './sign-in-id.ts'
import type { Attempt, Move, Observed, SignIn, Step, Timings } from './sign-in-row.ts'

/** How long a page that was closed may take to come back, in milliseconds. */
export const comeBackWithin = 15_000

/**
 * The whole protocol as one pure function: what a step makes of a sign-in.
 * A step repeated by the same phone or kiosk is idempotent: the same row and no event.
 * @param stored the row, or {@link unscanned} where there is none.
 * @throws Refusal when the step is not this sign-in's next one.
 */
export function advance(stored: Observed, step: Step, now: number, timings: Timings): Move {
  const current = observe(stored, now, timings)
  const move = (
    change: Partial<Attempt> & Pick<SignIn, 'state'>,
    ...events: LogEventName[]
  ): Move => {
    const next = { ...current, ...change, seq: stored.seq + 1, updatedAt: now }
    return { next, events: events.map(event => logged(next, event, step)) }
  }

  switch (step.type) {
    case 'scan': {
      const { phoneHash, phoneKind } = step
      if (current.state === 'pending') {
        const deadline = now + timings.scanned
        return move({ state: 'scanned', phoneHash, phoneKind, deadline }, 'sign_in.scanned')
      }
      if (scannedBy(current, phoneHash)) return repeat(stored)
      if (current.state === 'expired') throw new Refusal('expired')
      throw new Refusal(finalStates.has(current.state) ? 'already_ended' : 'in_use')
    }

    case 'approve': {
      if (current.state === 'pending' || !scannedBy(current, step.phoneHash)) {
        throw new Refusal('not_your_phone')
      }
      if (current.state === 'scanned') {
        return move(approvedRow(current, step, now, timings), 'sign_in.approved')
      }
      if (isApproved(current) && current.account === step.account) return repeat(stored)
      throw endedRefusal(current)
    }

    case 'approve_at_once': {
      if (current.state === 'pending') {
        const row = approvedRow(current, step, now, timings)
        return move(row, 'sign_in.scanned', 'sign_in.approved')
      }
      if (scannedBy(current, step.phoneHash) && isApproved(current)) return repeat(stored)
      throw endedRefusal(current)
    }

    case 'deny': {
      if (current.state === 'pending' || !scannedBy(current, step.phoneHash)) {
        throw new Refusal('not_your_phone')
      }
      if (current.state === 'scanned')
        return move({ state: 'denied', deadline: null, ...here }, 'sign_in.denied')
      if (current.state === 'denied') return repeat(stored)
      throw endedRefusal(current)
    }

    case 'extend': {
      requirePhone(current, step)
      const { state, deadline, leftBy, stayUntil } = current
      if (stored.state === 'pending' || state === 'pending') throw new Refusal('not_found')
      if (isOver(current)) throw endedRefusal(current)
      if (state !== 'scanned' || current.extendedAt !== null) return repeat(stored)
      const longer = (until: number | null) => until && until + timings.scanned
      // Whoever has gone has to come back as soon as before, and then has the time.
      const times =
        leftBy === null ? { deadline: longer(deadline) } : { stayUntil: longer(stayUntil) }
      return { ...move({ state, extendedAt: now, ...times }), quiet: true }
    }

    case 'cancel': {
      const { reason } = step
      // Nobody at the kiosk says so: whatever goes on ends with its kiosk or its account.
      const outright = reason === 'revoked' || reason === 'account'
      if (outright && current.state === 'claimed') return move(ended(reason), 'visit.ended')
      const open = current.state === 'pending' || current.state === 'scanned'
      if (open || (outright && current.state === 'approved')) {
        return move(cancelled(reason), 'sign_in.cancelled')
      }
      if (current.state === 'cancelled') return repeat(stored)
      if (outright && current.state === 'ended') return repeat(stored)
      throw endedRefusal(current)
    }

    case 'claim': {
      if (!current.claimable) throw new Refusal('not_claimable')
      if (current.state === 'approved') {
        const deadline = now + timings.visit
        const handOff = step.handOff ?? null
        const claimed = { state: 'claimed', claimedAt: now, deadline, handOff, ...here } as const
        return move(claimed, 'sign_in.claimed')
      }
      if (current.state === 'pending' || current.state === 'scanned') {
        throw new Refusal('not_approved')
      }
      // A lost answer must not lose a login: the same secret may ask again for a while.
      const askedAgain = current.claimedAt !== null && now < current.claimedAt + timings.claimAgain
      if (askedAgain && current.state === 'claimed') return repeat(stored)
      throw endedRefusal(current)
    }

    case 'choose': {
      if (current.state === 'claimed') {
        // Somebody has chosen meanwhile; whoever asks looks again.
        if (current.handOff !== step.instead) return repeat(stored)
        return { ...move({ state: 'claimed', handOff: step.handOff }), quiet: true }
      }
      if (stored.state === 'pending' || !isOver(current)) throw new Refusal('not_approved')
      throw endedRefusal(current)
    }

    case 'end': {
      requirePhone(current, step)
      if ('account' in step && current.account !== step.account) throw new Refusal('not_found')
      if (current.state === 'claimed') return move(ended(step.reason), 'visit.ended')
      if (stored.state === 'pending' || current.state === 'scanned') {
        throw new Refusal('not_approved')
      }
      // It is over, which is all that was wanted.
      if (current.state === 'ended' || current.state === 'cancelled') return repeat(stored)
      // Its kiosk is just about to claim it; whoever ends it now must not be signed in afterwards.
      if (current.state === 'approved') return move(cancelled(step.reason), 'sign_in.cancelled')
      throw endedRefusal(current)
    }

    case 'disown': {
      requirePhone(current, step)
      if (current.state === 'pending' || current.account === null) throw new Refusal('not_approved')
      if (current.disownedAt !== null) return repeat(stored)
      const disownedAt = now
      if (current.state === 'claimed') {
        return move({ ...ended('not_me'), disownedAt }, 'visit.ended', 'report.not_me')
      }
      if (current.state === 'approved') {
        return move({ ...cancelled('not_me'), disownedAt }, 'sign_in.cancelled', 'report.not_me')
      }
      // What time has decided is written down on the way, as the reaper would have done.
      const { next, events } = move({ state: current.state, disownedAt }, 'report.not_me')
      const isWritten = current.state === stored.state
      const over = isWritten ? [] : [logged(next, overEvent(current), { type: 'expire' })]
      return { next, events: [...over, ...events] }
    }

    case 'leave': {
      requirePhone(current, step)
      const { state, deadline, leftBy } = current
      // What nobody has scanned has no row, and is over soon enough.
      if (stored.state === 'pending' || state === 'pending') throw new Refusal('not_approved')
      const open = state === 'scanned' || (step.by === 'kiosk' && isApproved(current))
      // Where both are gone it is the kiosk that must come back: without it there is nothing to go on with.
      const isGone = leftBy === step.by || leftBy === 'kiosk'
      if (!open || isGone || deadline === null) return repeat(stored)
      const soon = Math.min(deadline, now + comeBackWithin)
      const stayUntil = leftBy === null ? deadline : current.stayUntil
      return { ...move({ state, leftBy: step.by, stayUntil, deadline: soon }), quiet: true }
    }

    case 'come_back': {
      const { state, leftBy, stayUntil } = current
      if (stored.state === 'pending' || state === 'pending') throw new Refusal('not_found')
      if (leftBy !== step.by) return repeat(stored)
      return { ...move({ state, ...here, deadline: stayUntil }), quiet: true }
    }

    case 'expire': {
      // Nobody needs a row to know that an unscanned sign-in is over.
      if (stored.state === 'pending') throw new Refusal('not_found')
      const next = observe(stored, now, timings)
      if (next === stored) return repeat(stored)
      if (next.state === stored.state) return { next, events: [], quiet: true }
      return { next, events: [logged(next, overEvent(next), step)] }
    }
  }
}

function isOver({ state }: Observed): boolean {
  return finalStates.has(state)
}

/** Nobody has gone. */
const here = { leftBy: null, stayUntil: null } as const

function ended(reason: FinalReason) {
  return { state: 'ended', reason, deadline: null, ...here } as const
}

function cancelled(reason: FinalReason) {
  return { state: 'cancelled', reason, deadline: null, ...here } as const
}

/** What a phone does, only the one that scanned may do. @throws Refusal `not_your_phone`. */
function requirePhone(current: Observed, step: Step): void {
  if (!('phoneHash' in step)) return
  if (current.state === 'pending' || !scannedBy(current, step.phoneHash)) {
    throw new Refusal('not_your_phone')
  }
}

const times = [
  'deadline',
  'stayUntil',
  'approvedAt',
  'claimedAt',
  'extendedAt',
  'disownedAt',
] as const

/**
 * What a sign-in is at this moment. Time decides first and rows follow: a state that has run out
 * counts as over even before the reaper has written it, with the `seq` that the reaper will write.
 * A clock that was set back decides nothing: what is stored has as much time left as it had, and what is
 * not stored is over, as nobody can tell how long ago it began.
 */
export function observe(stored: SignIn, now: number, timings: Timings): SignIn
export function observe(stored: Observed, now: number, timings: Timings): Observed
export function observe(stored: Observed, now: number, timings: Timings): Observed {
  if (stored.state === 'pending') {
    const begin = startedAt(stored.id)
    const deadline = stored.deadline ?? begin + timings.pending
    return now < deadline && !isAhead(begin, now) ? { ...stored, deadline } : over(stored, now)
  }
  if (stored.deadline === null) return stored
  const current = setBack(stored, times, now)
  return now < (current.deadline ?? 0) ? current : over(current, now)
}

function over(stored: Observed, now: number): SignIn {
  const { state, reason } = runOut(stored)
  return { ...stored, ...here, state, reason, deadline: null, seq: stored.seq + 1, updatedAt: now }
}

function runOut({ state, claimable, leftBy }: Observed): Pick<SignIn, 'state' | 'reason'> {
  // A kiosk that does not come back has nobody before it any more; of a phone it is known as before.
  if (leftBy === 'kiosk') {
    return { state: state === 'claimed' ? 'ended' : 'cancelled', reason: 'left' }
  }
  if (state === 'pending') return { state: 'expired', reason: 'unscanned' }
  if (state === 'claimed') return { state: 'ended', reason: 'absolute' }
  if (state !== 'approved') return { state: 'expired', reason: 'abandoned' }
  // Nobody was ever to claim it, so being approved was its success.
  if (!claimable) return { state: 'ended', reason: 'absolute' }
  return { state: 'expired', reason: 'unclaimed' }
}

type Approve = Extract<Step, { type: 'approve' | 'approve_at_once' }>

function approvedRow(
  { id, claimable, leftBy, deadline: leaving }: Observed,
  { phoneHash, account, amr, ...step }: Approve,
  now: number,
  timings: Timings,
) {
  // The seed's socket may ask until as long again after the ticket's expiry.
  const deadline = claimable ? now + timings.approved : startedAt(id) + 2 * timings.pending
  const agreed = 'agreed' in step ? step.agreed : null
  const told = { client: agreed?.client ?? null, claims: agreed?.claims ?? null }
  const provenAt = ('provenAt' in step ? step.provenAt : null) ?? null
  const epoch = 'epoch' in step ? step.epoch : null
  const proven = { account, epoch, amr, provenAt }
  const approved = { state: 'approved', phoneHash, ...proven, approvedAt: now, ...told } as const
  // The phone is here again; a kiosk that has gone is none that waits for it.
  if (leftBy === 'kiosk') return { ...approved, deadline: leaving, leftBy, stayUntil: deadline }
  return { ...approved, deadline, ...here }
}

/** The row as it was; without one there is nothing that could have been done before. */
function repeat(stored: Observed): Move {
  if (stored.state === 'pending') throw new Error('a sign-in without a row has no step to repeat')
  return { next: stored, events: [] }
}

/** Why a step comes too late. */
export function endedRefusal({ state }: Observed): Refusal {
  return new Refusal(state === 'expired' ? 'expired' : 'already_ended')
}

function scannedBy(signIn: SignIn, phoneHash: string): boolean {
  return signIn.phoneHash !== null && sameText(signIn.phoneHash, phoneHash)
}

/**
 * When whoever signed in has proven who they are (`auth_time`, OpenID Connect Core §2), in milliseconds since
 * 1970: never after the approval, though a clock may have been set back since.
 */
export function authTime({ provenAt, approvedAt }: SignIn): number {
  return Math.min(provenAt ?? Infinity, approvedAt ?? 0)
}

export function isApproved({ state }: Observed): boolean {
  return state === 'approved' || state === 'claimed'
}
