import { html, type Markup } from '../server/markup.ts'
import { type IconName, icon } from './icon.ts'
import type { Message } from './vocabulary.ts'

/** Green is for done, amber for attention, red for refused; teal and grey judge nothing. */
type Tone = 'done' | 'waiting' | 'attention' | 'refused' | 'quiet'
export type Badge = readonly [Tone, IconName]

/** A page's heading with its badge and the sentences below it, read out as soon as it is there. */
export function announcement(message: Message, badge: Badge, heading?: Markup): Markup {
  return html`<div class="outcome" role="status">${headline(message, badge, heading)}</div>`
}

/** The same where something else on the page reads out what has changed. */
export function headline({ title, text }: Message, [tone, sign]: Badge, heading?: Markup): Markup {
  return html`<span class="badge ${tone}">${icon(sign)}</span>
<h1${heading}>${title}</h1>
<p class="lead">${text.map(line => html`<span>${line}</span> `)}</p>`
}
