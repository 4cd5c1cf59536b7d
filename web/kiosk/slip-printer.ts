import type { KioskStorage, ScreenUpdate } from '@qrgate/sdk'

const key = 'qrgate-printed'

/**
 * Prints each number once, whatever becomes of the page: which hand-off was printed is kept where a
 * reload finds the visit itself, and written before anything is printed. Paper that fails is not tried
 * again; the number is on the phone too.
 */
export class SlipPrinter {
  readonly #storage: () => KioskStorage | undefined
  /** In whose measures the browser prints. */
  readonly #page = new CSSStyleSheet()
  #printed: string | undefined

  /** @param storage the page's, in which a storage that is full or forbidden does no harm. */
  constructor(storage: () => KioskStorage | undefined) {
    this.#storage = storage
    document.adoptedStyleSheets.push(this.#page)
  }

  /** Told of what the screen shows. Nobody's hand-off is remembered once nobody's visit can come back. */
  shown({ state }: ScreenUpdate): void {
    if (state !== 'idle' && state !== 'pending') return
    this.#printed = undefined
    this.#use(storage => storage.removeItem(key))
  }

  /** @param slip laid out in its own measures, ready to be printed. */
  async print(handOff: string, slip: HTMLElement): Promise<void> {
    if (this.#isPrinted(handOff)) return
    this.#printed = handOff
    this.#use(storage => storage.setItem(key, handOff))
    await document.fonts.ready
    if (!slip.isConnected) return
    // As long as what stands on it: paper is not cut before, and not wasted after. A margin would be
    // the browser's date and address.
    const { width, height } = slip.getBoundingClientRect()
    this.#page.replaceSync(`@page { size: ${width}px ${Math.ceil(height) + 1}px; margin: 0 }`)
    print()
  }

  #isPrinted(handOff: string): boolean {
    return handOff === (this.#printed ?? this.#use(storage => storage.getItem(key)))
  }

  #use<T>(act: (storage: KioskStorage) => T): T | undefined {
    try {
      const storage = this.#storage()
      return storage && act(storage)
    } catch {
      return undefined
    }
  }
}
