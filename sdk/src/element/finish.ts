import type { IdleCountdown, ScreenUpdate } from '../screen-update.ts'
import { countdownSaid, type ScreenWords } from '../words.ts'
import { CountdownRing } from './countdown-ring.ts'
import { node } from './node.ts'

/** The way out of a visit: the button, and when it will be pressed by itself. */
export class Finish {
  readonly #ring = new CountdownRing()
  readonly #label = node('span')
  readonly #words = node('p', { part: 'countdown', class: 'time' })
  readonly #said = node('p', { class: 'unseen', role: 'status' })
  readonly #button = node(
    'button',
    { part: 'finish', type: 'button' },
    this.#ring.root,
    this.#label,
  )
  readonly root = node('div', { class: 'finish' }, this.#words, this.#button, this.#said)

  constructor(act: () => void) {
    this.#button.addEventListener('click', act)
  }

  /** @param quiet the page around announces the seconds itself. */
  show({ state, countdown }: ScreenUpdate, words: ScreenWords, quiet: boolean): void {
    this.root.hidden = state !== 'claimed'
    this.#label.textContent = words.finish
    this.#words.hidden = countdown === undefined
    this.#words.textContent = countdown ? words.returning(countdown.seconds) : ''
    this.#ring.show(countdown)
    this.#announce(quiet ? undefined : countdown, words)
  }

  #announce(countdown: IdleCountdown | undefined, words: ScreenWords): void {
    const said = countdownSaid(countdown, words)
    if (said !== this.#said.textContent) this.#said.textContent = said
  }
}
