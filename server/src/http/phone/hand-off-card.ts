import type { Localized, QueueTicket } from '@qrgate/sdk/protocol'
import { html, type Markup } from '../server/markup.ts'
import { icon } from './icon.ts'
import { spelled } from './spelled.ts'
import type { Emphasised, Words } from './vocabulary.ts'

/** More dots than these say no more than the words beside them. */
const mostDots = 3

/**
 * The visitor's number with all that is known of it; what is unknown is left out.
 * @param called the visitor is to come in now.
 */
export function card(ticket: QueueTicket, called: boolean, words: Words): Markup {
  if (!called) return html`<div class="card" data-part="card">${waitingCard(ticket, words)}</div>`
  return html`<div class="card called" data-part="card">${calledCard(ticket, words)}</div>
${remarks(ticket.lines ?? [], words)}`
}

function waitingCard(ticket: QueueTicket, words: Words): Markup {
  const { number, title, ahead, wait_minutes: wait, now } = ticket
  const { number: label, accepted, cells } = words.handOff
  const own = (text: Localized) => text[words.language]
  const estimate = [
    ...(ahead === undefined ? [] : [words.handOff.ahead(ahead)]),
    // "0 minutes" would be a promise.
    ...(wait === undefined || wait === 0 ? [] : [words.handOff.wait(wait)]),
  ]
  const { name, floor } = ticket.place ?? {}
  const facts: Fact[] = [
    ...(name ? [{ label: cells.place, value: own(name) }] : []),
    ...(floor ? [{ label: cells.floor, value: own(floor) }] : []),
    ...(now === undefined ? [] : [{ label: cells.now, value: now, say: spelled(now) }]),
  ]
  return html`${title && html`<p class="title" data-say="${own(title)}">${own(title)}</p>`}
<h1>${number === undefined ? accepted : label}</h1>
${largeNumber(number, label)}
${ahead !== undefined && ahead > 0 && dots(ahead)}
${estimate.length > 0 && estimateLine(estimate)}
${facts.length > 0 && html`<dl class="facts">${facts.map(factCell)}</dl>`}
${remarks([...(ticket.place?.way ? [ticket.place.way] : []), ...(ticket.lines ?? [])], words)}`
}

function calledCard(ticket: QueueTicket, words: Words): Markup {
  const { number, title, place } = ticket
  const { called, number: label } = words.handOff
  const own = (text: Localized) => text[words.language]
  const arrival = [place?.floor, place?.way].flatMap(text => (text ? [own(text)] : [])).join(' · ')
  return html`<h1>${called}</h1>
<p class="unseen" data-say="${called}"></p>
${title && html`<p class="title">${own(title)}</p>`}
${largeNumber(number, label)}
${place && html`<p class="room" data-say="${own(place.name)}">${icon('arrow')}<strong>${own(place.name)}</strong></p>`}
${arrival !== '' && html`<p class="arrival" data-say="${arrival}">${arrival}</p>`}`
}

/** Large for the eye, figure by figure for the ear. */
function largeNumber(number: string | undefined, label: string): Markup | null {
  if (number === undefined) return null
  const width = widthOf(number)
  const size = width > 6 ? ' longest' : width > 3.8 ? ' long' : ''
  const say = `${label} ${spelled(number)}`
  // Where it is too long for a line it breaks between its parts.
  const parts = size === ' longest' ? number.split(/(?<=[-\s])/) : [number]
  const text = parts.map((part, at) => html`${at > 0 && html`<wbr>`}${part}`)
  return html`<p class="number${size}" data-say="${say}"><span aria-hidden="true">${text}</span><span class="unseen">${spelled(number)}</span></p>`
}

/** How wide a text is at most, in its font's size. */
function widthOf(text: string): number {
  const wide = text.match(/[\u1100-\u115f\u2e80-\ud7a3\uf900-\ufaff\uff00-\uff60]/g)?.length ?? 0
  return wide + (text.length - wide) * 0.7
}

/** Those who come before, the nearest of them, and the visitor. */
function dots(ahead: number): Markup {
  const before = Array.from({ length: Math.min(ahead, mostDots) }, () => html`<i></i>`)
  return html`<p class="dots" aria-hidden="true">${before}<b>${icon('person')}</b></p>`
}

function estimateLine(estimate: readonly Emphasised[]): Markup {
  const say = estimate.map(phrase => phrase.join('')).join(', ')
  const phrases = estimate.map(([before, main, after], at) => {
    const dot = at < estimate.length - 1 && ' ·'
    return html`<span>${before}<strong>${main}</strong>${after}${dot}</span> `
  })
  return html`<p class="estimate" data-say="${say}">${phrases}</p>`
}

interface Fact {
  label: string
  value: string
  say?: string
}

function factCell({ label, value, say }: Fact): Markup {
  return html`<div data-say="${label} ${say ?? value}"><dt>${label}</dt><dd>${value}</dd></div>`
}

/** How to get there, and whatever else the client has to say. */
function remarks(texts: readonly Localized[], words: Words): Markup | null {
  if (texts.length === 0) return null
  return html`<div class="remarks" data-part="remarks">${texts.map(text => remark(text, words))}</div>`
}

function remark(text: Localized, { language }: Words): Markup {
  return html`<p data-say="${text[language]}">${text[language]}</p>`
}
