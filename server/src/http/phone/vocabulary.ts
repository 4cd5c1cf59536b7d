import type { TimeUnits } from '@qrgate/sdk/protocol'
import type { RefusalCode } from '../../errors.ts'
import type { ClaimName } from '../../protocol/claims.ts'
import type { Language } from '../server/language.ts'
import type { Obstacle, Outcome } from './view.ts'

/** Every word of the phone pages; a dictionary that lacks one does not compile. */
export interface Words {
  language: Language
  languageName: string
  /** Leads to where somebody looks after their account. */
  myAccount: string
  signIn: SignInWords
  signUp: SignUpWords
  oneTap: OneTapWords
  passkey: PasskeyWords
  /** Beside the box that has the phone remembered. */
  remember: { label: string; hint: string }
  code: CodeWords
  /** Where the link of an invitation leads. */
  invited: Message
  /** Where a new password is set, and what is said when it is. */
  recovery: { title: string; lead: string; submit: string; done: Message }
  account: string
  password: string
  /** On the button that shows the password, and what it is called by whoever does not see where it stands. */
  reveal: string
  revealName: string
  /** Who is told what. @param claims what the client may be told besides that the same person is here. */
  told: (client: string, claims: readonly ClaimName[]) => string
  outcomes: Record<OutcomeName, Message>
  /** The buttons of a visit, and the question before it is reported as somebody else's. */
  visit: VisitWords
  handOff: HandOffWords
  obstacles: Record<Obstacle['kind'], Message>
  retry: string
  /** Shows how things stand by now. */
  lookAgain: string
  /** After a number of tries; `{time}` stands for how long. */
  retryAfter: string
  units: TimeUnits
  timeToSignIn: TimeWords
  /** Leads to where a code is typed. */
  typeCode: string
  errorCode: string
  /** Said in place of the general sentence; `{time}` stands for how long; what is in brackets goes without it. */
  refusals: Pick<Record<RefusalCode, string>, ReworkedRefusal>
  /** What no field of the form can mend. */
  otherProblem: string
  progress: Progress
}

interface SignInWords {
  title: string
  lead: string
  submit: string
  /** Leads to the form where there is no script. */
  goOn: string
  deny: string
  newHere: string
  signUp: string
  warning: string
}

interface OneTapWords {
  title: string
  /** Where there is a client that serves. */
  titleServed: string
  /** What stands before and behind the name as the kiosk shows it. */
  shown: readonly [before: string, after: string]
  /** In the place card, right after the scan. */
  justScanned: string
  /** Leads to the form for somebody else. */
  another: string
  approve: string
  decline: string
  warning: string
}

interface PasskeyWords {
  /** On the button that signs in with one. */
  use: string
  /** Between that and the form. */
  or: string
  /** The offer to make one. */
  offer: { title: string; points: readonly string[]; make: string; later: string; never: string }
  made: string
  /** What came of it where none was made. */
  notMade: string
}

interface TimeWords {
  /** Stands before what counts. */
  left: string
  /** Where nothing counts; `{time}` stands for how long. */
  within: string
  more: string
  /** Its parts; `#` stands for the number. */
  minute: string
  second: string
  /** Said when little is left; `{seconds}` stands for how much. */
  runsOut: string
}

interface VisitWords {
  end: string
  notMe: string
  ask: Message
  /** One sentence more where something was asked for that would be cancelled. */
  askNumber: string
  /** The same afterwards. */
  numberGone: string
  yes: string
  no: string
}

/** Three pieces of one phrase; the second is what matters. */
export type Emphasised = readonly [before: string, main: string, after: string]

/** Of what the visitor has asked for at the kiosk. */
interface HandOffWords {
  /** Whether what is seen is what is so. `{time}` stands for a time of the day. */
  live: { now: string; asOf: string }
  requested: Message
  failed: Message
  /** The client itself says why. */
  refused: string
  /** Over a number; in its place where there is none. */
  number: string
  accepted: string
  /** @param people how many come before; 0: the visitor is next. */
  ahead: (people: number) => Emphasised
  /** @param minutes 1 or more. */
  wait: (minutes: number) => Emphasised
  cells: { place: string; floor: string; now: string }
  called: string
  coming: string
  comingSaid: string
  cancel: { button: string; ask: Message; yes: string; no: string }
  /** The visit at the kiosk is over, the number is not. */
  kept: string
  alarm: { title: string; text: string }
  sending: string
  /** What became of it; cancelled by whom. */
  over: Record<'done' | 'no_show' | 'phone' | 'client' | 'account' | 'over', Message>
}

interface SignUpWords {
  title: string
  lead: string
  invitation: string
  name: string
  passwordHint: string
  submit: string
  back: string
  privacy: string
}

interface CodeWords {
  title: string
  lead: string
  label: string
  submit: string
  /** On the sign-in page that a code led to. */
  typed: string
  warning: string
}

/** A heading and the sentences under it. */
export interface Message {
  title: string
  text: readonly string[]
}

export type OutcomeName = Outcome['kind'] | 'not-my-phone'

/**
 * Refusals whose sentence in ../server/sentences.ts is not enough for a visitor, who has the screen
 * and its staff before them. Every other refusal is told in that sentence.
 */
export type ReworkedRefusal =
  | 'wrong_credentials'
  | 'account_unusable'
  | 'password_too_long'
  | 'too_many_tries'
  | 'too_many_codes'

/** What the script says while it waits. */
export interface Progress {
  checking: string
  /** `{seconds}` stands for a number. */
  waiting: string
  /** No answer came: the script is asking what became of it. */
  asking: string
  /** No answer came, however often it was sent: it may still have been done. */
  lost: string
}
