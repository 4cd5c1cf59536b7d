import type { KioskView } from '@qrgate/sdk/protocol'
import { screenOf, whereTo } from '@qrgate/sdk/screen-parts'
import { html } from 'lit'
import { isPrinted, lengthOf } from './ticket-screen.ts'
import type { View } from './view.ts'

/** What paper says, which may be left lying: the number and where to go with it, and never a name. */
export function slip(view: View, { site }: KioskView, paperMm: 58 | 80 | undefined) {
  const { update, claim, words, language } = view
  const { ticket, service } = update?.handOff ?? {}
  const isTicket = update !== undefined && screenOf(update) === 'ticket'
  if (!isTicket || !isPrinted(view) || !ticket?.number || !service) return ''
  // The client may have written to whom it speaks.
  const { title: _, ...impersonal } = ticket
  const where = whereTo(impersonal, words)
  const { number, ahead, people } = words.services
  // The gate's time, as a kiosk's own clock may be wrong.
  const at = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  return html`
    <div class="paper-slip" data-paper=${paperMm ?? 80} aria-hidden="true">
      <p class="site">${site[language]}</p>
      <p class="service">${service.name[language]}</p>
      <p class="label">${number}</p>
      <p class="number" data-length=${lengthOf(ticket.number)}>${ticket.number}</p>
      ${ticket.ahead === undefined ? '' : html`<p>${ahead} <b>${people(ticket.ahead)}</b></p>`}
      ${where && html`<p class="where"><b>${where.title}</b></p><p class="lines">${where.text}</p>`}
      <p class="at">${claim ? at.format(claim.auth_time * 1000) : ''}</p>
    </div>`
}
