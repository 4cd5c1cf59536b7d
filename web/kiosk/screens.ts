import type { ClaimAnswer, PhoneKind } from '@qrgate/sdk/protocol'
import { html, type TemplateResult } from 'lit'
import { check, clock, cross, phone, unplugged } from '../look/icons.ts'
import type { Language } from '../look/language.ts'
import type { Ending, Stage } from './stage.ts'
import { steps } from './steps.ts'
import type { TroubleKind } from './trouble.ts'
import type { Words } from './words.ts'

type Tone = 'calm' | 'good' | 'attention' | 'refused'

const badge = (tone: Tone, icon: TemplateResult) => html`<div class="badge ${tone}">${icon}</div>`

/** The screen's one headline; it takes the focus when the button that had it is gone. */
const title = (text: string) => html`<h1 tabindex="-1">${text}</h1>`

const text = (content: string) => html`<p class="text">${content}</p>`

function preparing(words: Words) {
  return html`<div class="words">${text(words.preparing)}</div>`
}

function idle(words: Words, onStart: () => void) {
  return html`
    <div class="words">
      ${title(words.idle.title)} ${text(words.idle.text)}
      <button type="button" class="primary start" @click=${onStart}>${words.idle.start}</button>
    </div>`
}

/** Stands beside the QR card, which the kiosk element draws. */
function pending(words: Words, codeHelp: TemplateResult) {
  return html`
    <div class="words">
      ${steps(words, 1)} ${title(words.pending.title)} ${text(words.pending.text)}
      ${codeHelp}
    </div>`
}

function scanned(words: Words, kind: PhoneKind, onNotMine: () => void) {
  return html`
    <div class="words">
      ${steps(words, 2)} ${title(words.scanned.title)} ${text(words.scanned.text(kind))}
      <button type="button" @click=${onNotMine}>${words.scanned.notMine}</button>
    </div>
    ${badge('calm', phone)}`
}

function approved(words: Words) {
  return html`
    <div class="words">
      ${steps(words, 3)} ${title(words.approved.title)} ${text(words.approved.text)}
    </div>
    ${badge('calm', phone)}`
}

/** The time is the gate's own, so a kiosk whose clock is wrong still shows when it happened. */
function done(words: Words, language: Language, claim: ClaimAnswer, secondsLeft: number) {
  const time = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(claim.auth_time * 1000)
  return html`
    <div class="words">
      ${steps(words, 4)} ${badge('good', check)} ${title(words.done.title(claim.account.name))}
      <p class="returning">${words.done.returning(secondsLeft)}</p>
    </div>
    <div class="slip">
      <p>${words.done.time}</p>
      <p class="time">${time}</p>
      <p>${words.done.text}</p>
    </div>`
}

const endings: Record<Ending, { tone: Tone; icon: TemplateResult }> = {
  denied: { tone: 'refused', icon: cross },
  cancelled: { tone: 'calm', icon: cross },
  unscanned: { tone: 'attention', icon: clock },
  abandoned: { tone: 'attention', icon: clock },
  unclaimed: { tone: 'attention', icon: clock },
}

function ended(words: Words, ending: Ending, onAgain: () => void) {
  const { tone, icon } = endings[ending]
  return html`
    <div class="words">
      ${badge(tone, icon)} ${title(words[ending].title)} ${text(words[ending].text)}
      <button type="button" class="primary" @click=${onAgain}>${words.again}</button>
    </div>`
}

function trouble(words: Words, kind: TroubleKind) {
  return html`
    <div class="words">
      ${badge('attention', unplugged)}
      ${title(words.trouble[kind].title)} ${text(words.trouble[kind].text)}
      <p class="retrying">${words.retrying}</p>
    </div>`
}

/** What a screen needs beside its stage. */
export interface Scene {
  words: Words
  language: Language
  secondsLeft: number
  onStart: () => void
  onNotMine: () => void
  codeHelp: TemplateResult
}

export function screen(stage: Stage, scene: Scene) {
  const { words, language, secondsLeft, onStart, onNotMine, codeHelp } = scene
  switch (stage.screen) {
    case 'preparing':
      return preparing(words)
    case 'idle':
      return idle(words, onStart)
    case 'pending':
      return pending(words, codeHelp)
    case 'scanned':
      return scanned(words, stage.phone, onNotMine)
    case 'approved':
      return approved(words)
    case 'done':
      return done(words, language, stage.claim, secondsLeft)
    case 'ended':
      return ended(words, stage.ending, onStart)
    case 'trouble':
      return trouble(words, stage.kind)
  }
}

/** What a screen reader says when the stage changes. */
export function announcement(stage: Stage, words: Words): string {
  switch (stage.screen) {
    case 'preparing':
      return words.preparing
    case 'pending':
      // The element beside it speaks for itself while its QR stands.
      return ''
    case 'scanned':
      return `${words.scanned.title} ${words.scanned.text(stage.phone)}`
    case 'done':
      return `${words.done.title(stage.claim.account.name)} ${words.done.text}`
    case 'ended':
      return `${words[stage.ending].title} ${words[stage.ending].text}`
    case 'trouble':
      return `${words.trouble[stage.kind].title} ${words.trouble[stage.kind].text}`
    default:
      return `${words[stage.screen].title} ${words[stage.screen].text}`
  }
}
