import type { RefusalCode } from '../../errors.ts'
import type { ClaimName } from '../../protocol/claims.ts'
import type { Language } from '../server/language.ts'
import type { Obstacle, Outcome } from './view.ts'

/** Every word of the phone pages; a dictionary that lacks one does not compile. */
export interface Words {
  language: Language
  languageName: string
  signIn: SignInWords
  signUp: SignUpWords
  code: CodeWords
  account: string
  password: string
  reveal: string
  conceal: string
  /** Who is told what. @param claims what the client may be told besides that the same person is here. */
  told: (client: string, claims: readonly ClaimName[]) => string
  outcomes: Record<OutcomeName, Message>
  /** The buttons of a visit, and the question before it is reported as somebody else's. */
  visit: VisitWords
  obstacles: Record<Obstacle['kind'], Message>
  retry: string
  errorCode: string
  /** Said in place of the general sentence; `{minutes}` stands for a number. */
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

interface VisitWords {
  end: string
  notMe: string
  ask: Message
  yes: string
  no: string
}

interface SignUpWords {
  title: string
  lead: string
  name: string
  passwordHint: string
  submit: string
  back: string
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
  /** It is certain that nothing happened. */
  lost: string
}
