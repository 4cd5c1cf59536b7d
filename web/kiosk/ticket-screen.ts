import type { QueueTicket } from '@qrgate/sdk/protocol'
import { type Message, ticketCells, whereTo } from '@qrgate/sdk/screen-parts'
import { html, type TemplateResult } from 'lit'
import { arrow, check, paper, phone } from '../look/icons.ts'
import { badge, returning, signedInAt, type View } from './view.ts'

/** The number, and the two things to do next. */
export function ticket(view: View, { title }: Message) {
  const { update, words } = view
  const given = update?.handOff?.ticket ?? {}
  const where = whereTo(given, words)
  return html`
    <div class="words">
      ${badge('good', check)}
      <h1 tabindex="-1">${title}</h1>
      <ul class="next">
        ${where ? next(arrow, where) : ''} ${isPrinted(view) ? next(paper, words.slip) : ''}
        ${next(phone, words.services.onPhone)}
      </ul>
    </div>
    <div class="ticket-column">
      <div class="ticket">${number(given, view)} ${cells(given, view)}</div>
      ${returning(view)}
    </div>`
}

/** Whether this visitor gets a slip. */
export function isPrinted({ prints, update }: View): boolean {
  return prints && update?.handOff?.ticket?.number !== undefined
}

/** Where there is no queue, when it was. */
function number({ number }: QueueTicket, view: View) {
  const { words } = view
  return number === undefined
    ? html`
        <p>${words.doneAt}</p>
        <p class="number">${signedInAt(view)}</p>`
    : html`
        <p>${words.services.number}</p>
        <p class="number" data-length=${lengthOf(number)}>${number}</p>`
}

/** Most numbers fit in one size; a client may give longer ones. */
export function lengthOf({ length }: string): 'usual' | 'long' | 'longest' {
  return length <= 6 ? 'usual' : length <= 10 ? 'long' : 'longest'
}

function cells(given: QueueTicket, { words }: View) {
  const known = ticketCells(given, words)
  if (known.length === 0) return ''
  return html`
    <dl class="cells">
      ${known.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
    </dl>`
}

const next = (icon: TemplateResult, { title, text }: Message) => html`
  <li>
    <span class="icon">${icon}</span>
    <div><strong>${title}</strong> ${text && html`<p>${text}</p>`}</div>
  </li>`
