import type { ScreenUpdate } from '@qrgate/sdk'
import type { ClaimAnswer } from '@qrgate/sdk/protocol'
import type { Message, TimeLeft } from '@qrgate/sdk/screen-parts'
import { html, type TemplateResult } from 'lit'
import type { Language } from '../look/language.ts'
import type { Words } from './words.ts'

/** What the middle of the page shows; without an update, that it is not ready yet. */
export interface View {
  update: ScreenUpdate | undefined
  claim: ClaimAnswer | undefined
  words: Words
  language: Language
  /** The card with the QR and its time left, and the help for those whose camera fails. */
  qr: TemplateResult
  codeHelp: HTMLElement
  /** How long the visitor may still take to scan, or to sign in. */
  timeLeft: Pick<TimeLeft, 'bar' | 'time' | 'spoken'>
  /** Seconds after which the visit ends of a visitor who has something to choose. */
  idleSeconds: number
  /** Whether this screen prints numbers. */
  prints: boolean
  onStart: () => void
  onNotMine: () => void
  onMoreTime: () => void
  onChoose: (service: string) => void
  onChooseAnother: () => void
}

type Tone = 'calm' | 'good' | 'attention' | 'refused'

export const badge = (tone: Tone, icon: TemplateResult) =>
  html`<div class="badge ${tone}">${icon}</div>`

/** The headline, which takes the focus when the button that had it is gone, and what it means. */
export const message = ({ title, text }: Message) => html`
  <h1 tabindex="-1">${title}</h1> <p class="text">${text}</p>`

/** When the visit ends by itself; nothing while that is far. */
export const returning = ({ update, words }: View) =>
  update?.countdown
    ? html`<p class="returning">${words.returning(update.countdown.seconds)}</p>`
    : ''

/** The time is the gate's own, so a kiosk whose clock is wrong still shows when it happened. */
export function signedInAt({ claim, language }: View): string {
  const time = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return claim ? time.format(claim.auth_time * 1000) : ''
}
