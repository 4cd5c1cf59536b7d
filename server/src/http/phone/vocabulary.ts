import type { Obstacle, Outcome } from './view.ts'

/** Every word of the phone pages; a dictionary that lacks one does not compile. */
export interface Words {
  languageName: string
  signIn: SignInWords
  signUp: SignUpWords
  code: CodeWords
  account: string
  password: string
  reveal: string
  conceal: string
  outcomes: Record<OutcomeName, Message>
  obstacles: Record<Obstacle['kind'], Message>
  retry: string
  errorCode: string
  problems: Record<ProblemCode, string>
  progress: Progress
}

interface SignInWords {
  title: string
  lead: string
  submit: string
  deny: string
  newHere: string
  signUp: string
  warning: string
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
  unknown: string
  /** `{minutes}` stands for a number. */
  tooMany: string
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

/** Refusals that the visitor can mend in the form; every other one has a page of its own. */
export type ProblemCode =
  | 'wrong_credentials'
  | 'account_unusable'
  | 'account_exists'
  | 'account_id_invalid'
  | 'name_invalid'
  | 'password_too_short'
  | 'password_too_long'
  | 'password_too_common'
  | 'too_many_tries'
  | 'registration_closed'
  | 'receipt_stale'
  | 'expired'
  | 'busy'
  | 'other'

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
