import type { FinalReason, HandOffView, SignInState } from '@qrgate/sdk/protocol'
import type { CreationOptions, RequestOptions } from '../../accounts/passkeys.ts'
import type { RefusalCode } from '../../errors.ts'
import type { ClaimName } from '../../protocol/claims.ts'

/** Where the visitor is about to sign in, in the language of the page. */
export interface Place {
  site: string
  /** Null where it is not known yet which one. */
  kiosk: string | null
}

/** Who will be told what of whoever signs in here. */
export interface ToldOnPage {
  /** The client's name in the language of the page. */
  client: string
  claims: readonly ClaimName[]
  /** Carried by the form: what was shown is what is agreed to. */
  agreement: string
}

/** How long the visitor may still take to sign in. */
export interface TimeToSignIn {
  leftMs: number
  /** There is more of it for whoever asks. */
  extendable: boolean
}

/** What a script asks the browser for, and the page offers only where it has one. */
export interface PasskeyOffer extends RequestOptions {
  /** One was made or used in this browser: then it stands first. */
  first: boolean
}

export interface SignInForm extends Pick<PageView, 'userCode'> {
  kind: 'sign-in'
  id: string
  /** Once the scan is committed. */
  time?: TimeToSignIn | undefined
  /** Present until the scan is committed. */
  receipt?: string | undefined
  /** How long the receipt is good, in milliseconds. */
  goodFor?: number | undefined
  told?: ToldOnPage | undefined
  /** What the visitor typed before, so that a refusal costs them nothing. */
  accountId?: string | undefined
  error?: RefusalCode | undefined
  /** Seconds after which trying again makes sense. */
  retryAfter?: number | undefined
  /** Whether new accounts are taken here. */
  registration: boolean
  passkey?: PasskeyOffer | undefined
  /** Whether this phone may be remembered here. */
  rememberable?: boolean | undefined
  /** Whether the visitor wants that, as they have said before. */
  remember?: boolean | undefined
}

/** Whoever comes back on a phone that is remembered signs in by one tap. */
export interface OneTapForm
  extends Pick<SignInForm, 'id' | 'time' | 'receipt' | 'goodFor' | 'told'> {
  kind: 'one-tap'
  account: {
    id: string
    /** Empty where there is none. */
    name: string
    /** As the kiosk will show it. */
    masked: string
  }
}

/** Every form that signs in. */
export type EntryForm = SignInForm | SignUpForm | OneTapForm

export interface SignUpForm {
  kind: 'sign-up'
  id: string
  time?: TimeToSignIn | undefined
  receipt?: string | undefined
  told?: ToldOnPage | undefined
  accountId?: string | undefined
  name?: string | undefined
  /** Whether it takes an invitation, and the code that was typed before. */
  invited?: boolean | undefined
  invitation?: string | undefined
  error?: RefusalCode | undefined
  retryAfter?: number | undefined
  notice?: NoticeOnPage | undefined
  rememberable?: boolean | undefined
  remember?: boolean | undefined
}

/** What whoever signs up is told of it, in the language of the page; empty where there is nothing to say. */
export interface NoticeOnPage {
  /** What it is for. */
  purpose: string
  /** What signing up agrees to. */
  consent: string
  /** Where the privacy notice stands. */
  privacyUrl: string
  /** Names all of it, in every language; null where there is nothing. */
  version: string | null
}

/** Where a visitor types the code that the kiosk shows. */
export interface CodeForm {
  kind: 'code'
  typed?: string | undefined
  problem?: CodeProblem | undefined
}

/** Where the link of an invitation leads. */
export interface InvitedPage {
  kind: 'invited'
  code: string
}

/** Where whoever has a recovery link sets a new password. */
export interface RecoveryForm {
  kind: 'recovery'
  /** The account's id, masked. */
  masked: string
  error?: RefusalCode | undefined
}

/** Not a code, or too many that were none. */
export type CodeProblem = 'unknown' | { retryAfter: number }

/** How a sign-in stands, or ended, for the phone that scanned it. */
export type Outcome =
  | { kind: 'approved' | 'unclaimed' | 'denied' | 'expired' | 'left'; id: string }
  /** A visit: it can be ended from here, where there is a kiosk that hears of it. */
  | { kind: 'claimed'; id: string; live: boolean }
  /** Over; that it was somebody else can still be said. */
  | { kind: 'ended'; id: string; state: SignInState }
  /** It was somebody else. `handOff`: what was asked for is cancelled with it. */
  | { kind: 'not-me'; id: string; state: SignInState; handOff?: boolean | undefined }
  | { kind: 'cancelled'; id: string; reason?: FinalReason | null | undefined }

/** Asks once more before it is reported. */
export interface NotMeForm {
  kind: 'not-me-form'
  id: string
  state: SignInState
  /** Something was asked for at the kiosk; what still stands would be cancelled. */
  handOff?: 'stands' | 'over' | undefined
}

/** What the visitor has asked for at the kiosk, and what became of it: a number, most of all. */
export interface HandOffPage {
  kind: 'hand-off'
  id: string
  /** The sign-in's. */
  state: SignInState
  seq: number
  handOff: HandOffView
  /** The phone has said that its owner is on the way. */
  coming: boolean
  /** Milliseconds since 1970, of the last call; null where there was none. */
  calledAt: number | null
  /** Something may follow, so the page stays with it. */
  live: boolean
  /** It can still be said that it was somebody else. */
  mayDisown: boolean
}

/** Asks once more before what was asked for is cancelled. */
export interface CancelForm {
  kind: 'cancel-form'
  id: string
}

/** Why there is no sign-in to show. */
export type Obstacle =
  /** `elsewhere`: another browser has it, perhaps one of this phone. */
  | { kind: 'in-use' | 'stale' | 'unknown' | 'elsewhere' | 'no-cookies' | 'link-used' }
  /**
   * With an id, trying again asks for that sign-in; without, for the same address once more.
   * @property retryAfter seconds, where it is more than a moment.
   */
  | { kind: 'busy'; id?: string | undefined; retryAfter?: number | undefined }
  /** What was sent may have been done, or not. */
  | { kind: 'in-doubt'; id?: string | undefined }
  | { kind: 'error'; code: RefusalCode }

/** What every page may show. */
interface PageView {
  place: Place | null
  /** What the visitor may make for the next time, under what they came for. */
  newPasskey?: CreationOptions | undefined
  /** The code that led here, for the visitor to compare (RFC 8628 §3.3.1). */
  userCode?: string | undefined
}

/** Everything a phone page may show. */
export type PhoneView = PageView &
  (
    | EntryForm
    | CodeForm
    | InvitedPage
    | RecoveryForm
    | { kind: 'recovered' }
    | Outcome
    | NotMeForm
    | HandOffPage
    | CancelForm
    | Obstacle
  )
