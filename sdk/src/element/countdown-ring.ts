import type { IdleCountdown } from '../screen-update.ts'
import { node } from './node.ts'

const namespace = 'http://www.w3.org/2000/svg'

/**
 * The seconds until something happens by itself, as a number in a ring that empties; stands in the
 * button that would do it now. Without a style of its own but for how much of the ring is left.
 */
export class CountdownRing {
  readonly #number = node('b')
  readonly #rest = circle('rest')
  readonly root = node('span', { class: 'ring', 'aria-hidden': 'true' })

  constructor() {
    const picture = document.createElementNS(namespace, 'svg')
    picture.setAttribute('viewBox', '0 0 40 40')
    this.#rest.setAttribute('pathLength', '1')
    this.#rest.setAttribute('stroke-dasharray', '1')
    picture.append(circle('whole'), this.#rest)
    this.root.append(picture, this.#number)
  }

  /** Whether it is shown. */
  get counts(): boolean {
    return !this.root.hidden
  }

  /** Without a countdown there is no ring. */
  show(countdown: IdleCountdown | undefined): void {
    this.root.hidden = countdown === undefined
    this.#number.textContent = countdown ? `${countdown.seconds}` : ''
    if (!countdown) return
    const spent = 1 - countdown.seconds / countdown.of
    this.#rest.setAttribute('stroke-dashoffset', `${spent}`)
  }
}

function circle(name: string): SVGCircleElement {
  const made = document.createElementNS(namespace, 'circle')
  made.setAttribute('class', name)
  for (const [attribute, value] of [
    ['cx', '20'],
    ['cy', '20'],
    ['r', '17.5'],
  ] as const) {
    made.setAttribute(attribute, value)
  }
  return made
}
