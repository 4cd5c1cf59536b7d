import {
  countdownSaid,
  type Message,
  messageOf,
  screenOf,
  ticketSaid,
  troubleKindOf,
} from '@qrgate/sdk/screen-parts'
import { html } from 'lit'
import { check, clock, cross, newScreen, phone, screenOff, unplugged } from '../look/icons.ts'
import { progress } from './progress.ts'
import { services, staff, waiting } from './service-screens.ts'
import { isPrinted, ticket } from './ticket-screen.ts'
import { badge, message, returning, signedInAt, type View } from './view.ts'

export type { View }

function idle({ words, onStart }: View, said: Message) {
  return html`
    <div class="words">
      ${message(said)}
      <button type="button" class="primary start" @click=${onStart}>${words.start}</button>
    </div>`
}

function pending({ update, words, qr, codeHelp }: View, said: Message) {
  // Until there is a QR nothing is to be scanned, nor is a code to be had.
  return html`
    <div class="words">
      ${progress(words, 1)} ${message(said)} ${update?.state === 'pending' ? codeHelp : ''}
    </div>
    ${qr}`
}

function scanned({ update, words, timeLeft, onNotMine, onMoreTime }: View, said: Message) {
  return html`
    <div class="words">
      ${progress(words, 2)} ${message(said)}
      <div class="choice">
        <button type="button" @click=${onNotMine}>${words.notMyPhone}</button>
        ${
          update?.extendable
            ? html`<button type="button" class="more-time" @click=${onMoreTime}>
                ${words.moreTime}
              </button>`
            : ''
        }
      </div>
    </div>
    <div class="beside">
      ${badge('calm', phone)}
      <div class="time-left">${timeLeft.bar} ${timeLeft.time} ${timeLeft.spoken}</div>
    </div>`
}

function approved({ words }: View, said: Message) {
  return html`
    <div class="words">${progress(words, 3)} ${message(said)}</div>
    ${badge('calm', phone)}`
}

function done(view: View, { title, text }: Message) {
  const { words } = view
  return html`
    <div class="words">
      ${progress(words, 4)} ${badge('good', check)}
      <h1 tabindex="-1">${title}</h1>
      ${returning(view)}
    </div>
    <div class="slip">
      <p>${words.doneAt}</p>
      <p class="time">${signedInAt(view)}</p>
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
  if (kind === 'not_enrolled')
    return html`<div class="words">${badge('calm', newScreen)} ${message(said)}</div>`
  if (kind === 'revoked')
    return html`<div class="words">${badge('attention', screenOff)} ${message(said)}</div>`
  return html`
    <div class="words">
      ${badge('attention', unplugged)} ${message(said)}
      <p class="retrying">${words.retrying}</p>
    </div>`
}

const screens = {
  idle,
  pending,
  scanned,
  approved,
  services,
  waiting,
  ticket,
  staff,
  done,
  ended,
  trouble,
}

export function screen(view: View) {
  const { update, words } = view
  if (!update) return html`<div class="words"><p class="text">${words.preparing}</p></div>`
  return screens[screenOf(update)](view, messageOf(update, words))
}

/** What a screen reader says when the screen changes. */
export function announcement(view: View): string {
  const { update, words } = view
  if (!update) return words.preparing
  const name = screenOf(update)
  const { title, text } = messageOf(update, words)
  if (name !== 'ticket') return `${title} ${text}`
  const said = `${title} ${ticketSaid(update.handOff?.ticket ?? {}, words)}`
  return isPrinted(view) ? `${said} ${words.slip.title}.` : said
}

/** What it says of the seconds until a visit ends by itself. */
export function countdownAnnouncement({ update, words }: View): string {
  return countdownSaid(update?.countdown, words)
}
