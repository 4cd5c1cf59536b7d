import { type Answer, submit } from './gate.ts'
import { showProgress } from './notice.ts'
import { address, type Page, type Words } from './page.ts'

/** Whoever hears the page has so long to ask for more (WCAG 2.2.1 asks for 20 s at least). */
const saidAtSeconds = 30

/** How long the visitor may still take to sign in: counted, said when little of it is left, and extended. */
export class TimeLeft {
  readonly #words: Words
  readonly #line = document.querySelector<HTMLElement>('[data-time-left]')
  #until = 0
  #isShort = false

  constructor(page: Page, words: Words) {
    this.#words = words
    const line = this.#line
    if (!line) return
    if (line.dataset.timeLeft) this.#count(Number(line.dataset.timeLeft))
    line.querySelector('button')?.addEventListener('click', async event => {
      // The form stays as it is, with its password.
      event.preventDefault()
      this.heard(await submit(`${address(page)}/extend`, new URLSearchParams()))
    })
    setInterval(() => this.#show(), 1000)
  }

  /** What the gate has said last. */
  heard(answer: Answer): void {
    if (answer.kind !== 'state' || answer.left === undefined) return
    this.#line?.classList.toggle('spent', !answer.extendable)
    this.#count(answer.left)
  }

  #count(leftMs: number): void {
    this.#until = performance.now() + leftMs
    if (this.#line) this.#line.hidden = false
    this.#show()
  }

  #show(): void {
    const text = this.#line?.querySelector('span')
    const seconds = Math.ceil((this.#until - performance.now()) / 1000)
    if (!text || seconds < 0) return
    text.textContent = `${this.#words.left} ${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, '0')}`
    const isShort = seconds <= saidAtSeconds
    if (isShort && !this.#isShort) showProgress(this.#words.runsOut)
    this.#isShort = isShort
  }
}
