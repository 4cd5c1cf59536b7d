import type { SignInState, TimeUnits } from '@qrgate/sdk/protocol'

export type PhoneState = Exclude<SignInState, 'pending'>

/** A refusal that the visitor can mend in the form. */
export interface Problem {
  sentence: string
  field: string | null
}

/** What the script says; the server chose the language. */
export interface Words {
  checking: string
  waiting: string
  asking: string
  lost: string
  left: string
  runsOut: string
  units: TimeUnits
  problems: Record<string, Problem>
}

/** Everything variable comes from attributes, because the script's own text must be constant. */
export interface Page {
  readonly id: string
  /** The state that the visitor is looking at; `pending` until the scan is committed, `in-doubt` where nobody knows. */
  state: PhoneState | 'pending' | 'in-doubt'
  receipt: string
  /** Of the state that was seen last; -1 while none was. */
  seq: number
  /** The page goes on by itself, so its end is nobody's leaving. */
  movesOn: boolean
  /** How long the receipt is good after this page was opened, in milliseconds. */
  readonly goodFor: number
  /** A form is on its way, so that a second tap does nothing. */
  busy: boolean
  readonly words: Words | null
}

export function readPage(): Page | null {
  const source = document.querySelector<HTMLElement>('[data-sign-in]')
  if (source === null) return null
  const { signIn = '', state, receipt = '', goodFor = '', words } = source.dataset
  return {
    id: signIn,
    state: state as Page['state'],
    receipt,
    seq: -1,
    movesOn: false,
    goodFor: goodFor === '' ? Infinity : Number(goodFor),
    busy: false,
    words: words === undefined ? null : (JSON.parse(words) as Words),
  }
}

export function address(page: Page): string {
  return `/s/${page.id}`
}

/** The server has a page for every state, and only the server knows which is true. */
export function reloadFromServer(page: Page): void {
  page.movesOn = true
  location.replace(address(page))
}
