import type { Language } from '../look/language.ts'

export type TextSize = 100 | 150 | 200

const nextSize: Record<TextSize, TextSize> = { 100: 150, 150: 200, 200: 100 }

/** How this visitor wants the screen; forgotten when they leave, so the next one starts afresh. */
export class Preferences {
  language: Language
  textSize: TextSize = 100
  #usual: Language

  constructor(usual: Language) {
    this.#usual = usual
    this.language = usual
    this.#apply()
  }

  /** The language that a visitor has chosen here; undefined where it is the screen's own. */
  get chosenLanguage(): Language | undefined {
    return this.language === this.#usual ? undefined : this.language
  }

  get changed(): boolean {
    return this.language !== this.#usual || this.textSize !== 100
  }

  setLanguage(language: Language): void {
    this.language = language
    this.#apply()
  }

  /** Whoever has chosen another language keeps it, where it is offered still. */
  setUsual(usual: Language, offered: readonly Language[]): void {
    if (this.language === this.#usual || !offered.includes(this.language)) this.language = usual
    this.#usual = usual
    this.#apply()
  }

  enlarge(): void {
    this.textSize = nextSize[this.textSize]
    this.#apply()
  }

  forget(): void {
    this.language = this.#usual
    this.textSize = 100
    this.#apply()
  }

  #apply(): void {
    document.documentElement.lang = this.language
    document.documentElement.dataset.text = String(this.textSize)
  }
}
