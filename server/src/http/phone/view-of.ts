import type { Refusal, RefusalCode } from '../../errors.ts'
import { type HandOff, mayCancel } from '../../protocol/hand-off.ts'
import { handOffView } from '../../protocol/hand-off-view.ts'
import { isSignInId } from '../../protocol/sign-in-id.ts'
import type { SignIn } from '../../protocol/sign-in-row.ts'
import type { CodeProblem, PhoneView } from './page.ts'
import type { TimeToSignIn } from './view.ts'

type WithoutPlace<T> = T extends unknown ? Omit<T, 'place'> : never

/** What the phone that scanned is told by its script's polling. */
export function phoneState(signIn: SignIn, handOff: HandOff | null, now: number) {
  const { reason, seq } = signIn
  const time = timeToSignIn(signIn, now)
  return {
    state: shownState(signIn),
    seq,
    ...(reason && { reason }),
    ...(time && { expires_in_ms: time.leftMs }),
    ...(time?.extendable && { extendable: true as const }),
    ...(handOff && { hand_off: handOffView(handOff) }),
  }
}

/** None before the scan, and once somebody has signed in. */
export function timeToSignIn(
  { state, deadline, extendedAt }: SignIn,
  now: number,
): TimeToSignIn | undefined {
  if (state !== 'scanned' || deadline === null) return undefined
  return { leftMs: Math.max(0, deadline - now), extendable: extendedAt === null }
}

/** Whether somebody has signed in at all, and nobody has said yet that it was not the phone's owner. */
function mayDisown({ account, claimable, disownedAt }: SignIn): boolean {
  return account !== null && claimable && disownedAt === null
}

/** Where nobody will claim, being approved is being done; a page must not wait for more. */
function shownState({ state, claimable }: SignIn): SignIn['state'] {
  return state === 'approved' && !claimable ? 'claimed' : state
}

/** The page that goes with the state of the phone's own sign-in, and of what was asked for in it. */
export function viewOfSignIn(
  signIn: SignIn,
  handOff: HandOff | null,
  registration: boolean,
  form: unknown,
): WithoutPlace<PhoneView> {
  const { id, reason, claimable } = signIn
  const state = shownState(signIn)
  const stands = handOff !== null && mayCancel(handOff)
  if (form === 'not-me' && mayDisown(signIn)) {
    const asked = handOff && (stands ? 'stands' : 'over')
    return { kind: 'not-me-form', id, state, ...(asked && { handOff: asked }) }
  }
  if (signIn.disownedAt !== null) {
    return { kind: 'not-me', id, state, handOff: handOff?.state === 'cancelled' }
  }
  if (form === 'cancel' && stands) return { kind: 'cancel-form', id }
  if (handOff !== null) return viewOfHandOff(signIn, handOff)
  switch (state) {
    case 'scanned':
      return form === 'sign-up' && registration
        ? { kind: 'sign-up', id }
        : { kind: 'sign-in', id, registration }
    case 'claimed':
      return { kind: 'claimed', id, live: claimable }
    case 'ended':
      return { kind: 'ended', id, state }
    case 'cancelled':
      if (reason === 'phone') return { kind: 'ended', id, state }
      return reason === 'left' ? { kind: 'left', id } : { kind: 'cancelled', id, reason }
    case 'expired':
      return { kind: reason === 'unclaimed' ? 'unclaimed' : 'expired', id }
    default:
      return { kind: state, id }
  }
}

function viewOfHandOff(signIn: SignIn, handOff: HandOff): WithoutPlace<PhoneView> {
  const { id, seq } = signIn
  return {
    kind: 'hand-off',
    id,
    state: shownState(signIn),
    seq,
    handOff: handOffView(handOff),
    coming: handOff.comingAt !== null,
    calledAt: handOff.calledAt,
    live: handOff.deadline !== null || signIn.deadline !== null,
    mayDisown: mayDisown(signIn),
  }
}

/** What a browser shows of itself that is refused. */
export interface Browser {
  /** It has sent a cookie of ours, whichever. */
  sendsCookies: boolean
  /** One of our own pages has led here, and every one of them gives a key. */
  fromHere: boolean
}

/** The page that says why there is nothing to sign in to. */
export function viewOfRefusal(
  { code, status, retryAfter }: Refusal,
  params: unknown,
  { sendsCookies, fromHere }: Browser,
): PhoneView {
  const { id } = (params ?? {}) as { id?: string }
  const place = null
  const of = id && isSignInId(id) && { id }
  if (code === 'outcome_unknown') return { kind: 'in-doubt', place, ...of }
  if (status === 503) return { kind: 'busy', place, ...of }
  if (status === 429) return { kind: 'busy', place, retryAfter }
  if (!sendsCookies && fromHere && ofPhoneKey.has(code)) return { kind: 'no-cookies', place }
  switch (code) {
    case 'in_use':
      return { kind: 'in-use', place }
    case 'link_used':
      return { kind: 'link-used', place }
    case 'not_your_phone':
      return { kind: 'elsewhere', place }
    case 'receipt_wrong':
    case 'ticket_stale':
    case 'receipt_stale':
    case 'expired':
    case 'already_ended':
      return { kind: 'stale', place }
    case 'ticket_unknown':
    case 'kiosk_not_enrolled':
    case 'not_found':
    case 'malformed':
      return { kind: 'unknown', place }
    default:
      return { kind: 'error', code, place }
  }
}

/** What a browser is refused whose phone key is another one, or none. */
const ofPhoneKey = new Set<RefusalCode>(['not_your_phone', 'receipt_wrong'])

/** Whether the visitor can mend it in the form that they have sent. */
export function isMendable({ status, code }: Refusal): boolean {
  if (code === 'method_not_allowed' || code === 'proof_too_old') return true
  return [401, 409, 422, 429, 503].includes(status) && !hasOwnPage.has(code)
}

/** What no form can mend, though its status is one of those that may. */
const hasOwnPage = new Set<RefusalCode>(['already_ended', 'in_use', 'outcome_unknown'])

/** What the visitor can mend where a code is typed; none where there is nothing to mend. */
export function codeProblem({ code, retryAfter = 60 }: Refusal): CodeProblem | undefined {
  if (code === 'user_code_unknown') return 'unknown'
  return code === 'too_many_codes' ? { retryAfter } : undefined
}
