/**
 * While a visitor reads the help, nothing on the screen goes back by itself; a help that nobody reads any
 * more closes, as what lies under it may be somebody's.
 */
export class ReadingTime {
  readonly #stay: () => void
  #reading: ReturnType<typeof setInterval> | undefined
  #closing: ReturnType<typeof setTimeout> | undefined
  #dialog: HTMLDialogElement | undefined
  #closesAfterMs = 0

  /** @param stay the screen is to stay as it is; said every second. */
  constructor(stay: () => void) {
    this.#stay = stay
  }

  /** @param seconds without a touch after which it is closed. */
  begin(dialog: HTMLDialogElement, seconds: number): void {
    this.end()
    this.#dialog = dialog
    this.#closesAfterMs = seconds * 1000
    this.#reading = setInterval(() => this.#stay(), 1000)
    dialog.addEventListener('close', () => this.end(), { once: true })
    this.touched()
  }

  touched(): void {
    if (!this.#dialog) return
    clearTimeout(this.#closing)
    this.#closing = setTimeout(() => this.#dialog?.close(), this.#closesAfterMs)
  }

  end(): void {
    clearInterval(this.#reading)
    clearTimeout(this.#closing)
    this.#dialog = undefined
  }
}
