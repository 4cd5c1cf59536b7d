import type { Language, Service } from '../protocol.ts'
import { serviceIconPaths } from '../service-icons.ts'
import { drawing, node } from './node.ts'

/** What the visitor may choose from, a button each; what is closed says why and is none. */
export class ServiceList {
  readonly root = node('ul', { part: 'services', class: 'services' })
  readonly #choose: (id: string) => void
  #drawn = ''

  constructor(choose: (id: string) => void) {
    this.#choose = choose
  }

  /** Without services there is no list. */
  show(services: readonly Service[], language: Language): void {
    this.root.hidden = services.length === 0
    // Drawn anew, a button would lose the focus.
    const drawn = JSON.stringify([language, services])
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    this.root.replaceChildren(...services.map(service => this.#item(service, language)))
  }

  #item({ id, name, lines = [], icon, closed }: Service, language: Language): HTMLElement {
    const texts = closed ? [closed] : lines
    const content = [
      drawing(serviceIconPaths[icon] ?? serviceIconPaths.other),
      node('b', {}, name[language]),
      ...texts.map(text => node('span', {}, text[language])),
    ]
    if (closed) return node('li', {}, node('div', { part: 'service-closed' }, ...content))
    const button = node('button', { part: 'service', type: 'button' }, ...content)
    button.addEventListener('click', () => this.#choose(id))
    return node('li', {}, button)
  }
}
