import type { HandOffView } from '../protocol.ts'
import { ticketCells, whereTo } from '../ticket-words.ts'
import type { ScreenWords } from '../words.ts'
import { node } from './node.ts'

/** The number and all that goes with it, as far as the client has said so. */
export class TicketCard {
  readonly #label = node('p')
  readonly #number = node('p', { part: 'number', class: 'number' })
  readonly #cells = node('dl', { part: 'ticket-cells', class: 'cells' })
  readonly #where = node('p', { part: 'ticket-where', class: 'where' })
  readonly root = node(
    'div',
    { part: 'ticket', class: 'ticket' },
    this.#label,
    this.#number,
    this.#cells,
    this.#where,
  )

  /** Without a hand-off there is no ticket. */
  show(handOff: HandOffView | undefined, words: ScreenWords): void {
    const ticket = handOff?.ticket ?? {}
    const cells = ticketCells(ticket, words)
    const where = whereTo(ticket, words)
    const said = [where?.title, where?.text].filter(Boolean).join('\n')
    this.#label.textContent = words.services.number
    this.#number.textContent = ticket.number ?? ''
    this.#label.hidden = this.#number.hidden = ticket.number === undefined
    this.#cells.hidden = cells.length === 0
    this.#cells.replaceChildren(
      ...cells.map(({ label, value }) =>
        node('div', {}, node('dt', {}, label), node('dd', {}, value)),
      ),
    )
    this.#where.textContent = said
    this.#where.hidden = said === ''
    this.root.hidden = handOff === undefined || (ticket.number === undefined && said === '')
  }
}
