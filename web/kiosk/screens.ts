import type { ScreenUpdate } from '@qrgate/sdk'
import type { ClaimAnswer } from '@qrgate/sdk/protocol'
import {
  countdownSaid,
  type Message,
  messageOf,
  screenOf,
  troubleKindOf,
} from '@qrgate/sdk/screen-parts'
import { html, type TemplateResult } from 'lit'
import { check, clock, cross, phone, unplugged } from '../look/icons.ts'
import type { Language } from '../look/language.ts'
import { progress } from './progress.ts'
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
  onStart: () => void
  onNotMine: () => void
}

type Tone = 'calm' | 'good' | 'attention' | 'refused'

const badge = (tone: Tone, icon: TemplateResult) => html`<div class="badge ${tone}">${icon}</div>`

/** The headline, which takes the focus when the button that had it is gone, and what it means. */
const message = ({ title, text }: Message) => html`
  <h1 tabindex="-1">${title}</h1> <p class="text">${text}</p>`

function idle({ words, onStart }: View, said: Message) {
  return html`
    <div class="words">
      ${message(said)}
      <button type="button" class="primary start" @click=${onStart}>${words.start}</button>
    </div>`
}

function pending({ words, qr, codeHelp }: View, said: Message) {
  return html`
    <div class="words">${progress(words, 1)} ${message(said)} ${codeHelp}</div>
    ${qr}`
}

function scanned({ words, onNotMine }: View, said: Message) {
  return html`
    <div class="words">
      ${progress(words, 2)} ${message(said)}
      <button type="button" @click=${onNotMine}>${words.notMyPhone}</button>
    </div>
    ${badge('calm', phone)}`
}

function approved({ words }: View, said: Message) {
  return html`
    <div class="words">${progress(words, 3)} ${message(said)}</div>
    ${badge('calm', phone)}`
}

/** The time is the gate's own, so a kiosk whose clock is wrong still shows when it happened. */
function done({ words, update, language, claim }: View, { title, text }: Message) {
  const time = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const countdown = update?.countdown
  return html`
    <div class="words">
      ${progress(words, 4)} ${badge('good', check)}
      <h1 tabindex="-1">${title}</h1>
      ${countdown && html`<p class="returning">${words.returning(countdown.seconds)}</p>`}
    </div>
    <div class="slip">
      <p>${words.doneAt}</p>
      <p class="time">${claim && time.format(claim.auth_time * 1000)}</p>
      <p>${text}</p>
    </div>`
}

function ended({ words, update, onStart }: View, said: Message) {
  const refused = update?.state === 'denied' ? badge('refused', cross) : undefined
  const cancelled = update?.state === 'cancelled' ? badge('calm', cross) : undefined
  const isOnPhone = update?.reason === 'phone' || update?.reason === 'not_me'
  const onPhone = isOnPhone ? badge('calm', phone) : undefined
  return html`
    <div class="words">
      ${refused ?? onPhone ?? cancelled ?? badge('attention', clock)} ${message(said)}
      <button type="button" class="primary" @click=${onStart}>
        ${update?.state === 'ended' ? words.start : words.again}
      </button>
    </div>`
}

function trouble({ words, update }: View, said: Message) {
  const kind = troubleKindOf(update?.code)
  // The gate is heard, and says no: an operator has to do something, and the network is in order.
  const refused = kind === 'revoked' || kind === 'not_enrolled'
  return html`
    <div class="words">
      ${badge('attention', refused ? cross : unplugged)} ${message(said)}
      ${refused ? '' : html`<p class="retrying">${words.retrying}</p>`}
    </div>`
}

const screens = { idle, pending, scanned, approved, done, ended, trouble }

export function screen(view: View) {
  const { update, words } = view
  if (!update) return html`<div class="words"><p class="text">${words.preparing}</p></div>`
  return screens[screenOf(update.state)](view, messageOf(update, words))
}

/** What a screen reader says when the screen changes. */
export function announcement({ update, words }: View): string {
  if (!update) return words.preparing
  // The QR beside it has a name of its own.
  if (screenOf(update.state) === 'pending') return ''
  const { title, text } = messageOf(update, words)
  return `${title} ${text}`
}

/** What it says of the seconds until a visit ends by itself. */
export function countdownAnnouncement({ update, words }: View): string {
  return countdownSaid(update?.countdown, words)
}
