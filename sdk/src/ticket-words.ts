import type { Message } from './message.ts'
import type { QueueTicket } from './protocol.ts'
import type { ScreenWords } from './words.ts'

/** One thing to know about a queue ticket: `앞에` over `3명`. */
export interface TicketCell {
  label: string
  value: string
}

/** Place, how many are ahead, how long it takes: what the client has not said is left out. */
export function ticketCells(ticket: QueueTicket, words: ScreenWords): TicketCell[] {
  const { language, services } = words
  const { place, ahead, wait_minutes: minutes } = ticket
  return [
    place && {
      label: place.floor?.[language] || services.place,
      value: place.name[language],
    },
    ahead !== undefined && { label: services.ahead, value: services.people(ahead) },
    // No time at all is no estimate.
    minutes !== undefined &&
      minutes > 0 && { label: services.wait, value: services.minutes(minutes) },
  ].filter(cell => typeof cell === 'object')
}

/** Where the visitor goes now, in the client's own words where it has some; undefined where it has said nothing. */
export function whereTo(ticket: QueueTicket, words: ScreenWords): Message | undefined {
  const { language, services } = words
  const { title, place, lines = [] } = ticket
  const goTo = place && services.goTo(place.name[language], place.floor?.[language])
  const way = place?.way ? [place.way] : []
  const said = [...way, ...lines].map(text => text[language])
  const headline = title?.[language] || goTo || said.shift()
  return headline === undefined ? undefined : { title: headline, text: said.join('\n') }
}

/** Letters and digits one by one, words of another script whole: as the phone's page reads them. */
const pieces = /\p{Nd}|[A-Za-z]|[^\s\p{P}\p{S}\p{Nd}A-Za-z]+/gu

/** `A, 0, 1, 2`: a screen reader reads a number digit by digit, as it will be called. */
export function spelledNumber(number: string): string {
  return number.match(pieces)?.join(', ') ?? number
}

/** All of a ticket in one breath. */
export function ticketSaid(ticket: QueueTicket, words: ScreenWords): string {
  const { number } = ticket
  const where = whereTo(ticket, words)
  const cells = ticketCells(ticket, words).map(({ label, value }) => `${label} ${value}`)
  return [
    number === undefined ? undefined : `${words.services.number} ${spelledNumber(number)}`,
    ...cells,
    where?.title,
    where?.text,
  ]
    .filter(Boolean)
    .map(text => `${text}.`)
    .join(' ')
}
