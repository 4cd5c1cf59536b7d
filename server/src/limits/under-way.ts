/** As many as wait for one key; all others are told to come again. */
const mostWaiting = 100

interface Tries {
  running: number
  waiting: (() => void)[]
}

/**
 * What has been counted and is not decided yet, by what it counts for: of whatever is used up by such
 * tries alone, some may come back at any moment.
 */
export class UnderWay {
  readonly #tries = new Map<string, Tries>()

  /** @returns to be called once, when it is decided. @param isBack whether it counts no longer. */
  begin(keys: readonly string[]): (isBack: boolean) => void {
    for (const key of keys) {
      const tries = this.#tries.get(key) ?? { running: 0, waiting: [] }
      tries.running += 1
      this.#tries.set(key, tries)
    }
    return isBack => {
      for (const key of keys) this.#end(key, isBack)
    }
  }

  has(key: string): boolean {
    return this.#tries.has(key)
  }

  /** When it makes sense to ask again; undefined where too many wait already, or nothing is under way. */
  next(key: string): Promise<void> | undefined {
    const tries = this.#tries.get(key)
    if (!tries || tries.waiting.length >= mostWaiting) return undefined
    return new Promise(resolve => tries.waiting.push(resolve))
  }

  #end(key: string, isBack: boolean): void {
    const tries = this.#tries.get(key)
    if (!tries) return
    tries.running -= 1
    if (tries.running === 0) this.#tries.delete(key)
    // A wrong one changes nothing for those who wait, unless it was the last.
    if (!isBack && tries.running > 0) return
    for (const wake of tries.waiting.splice(0)) wake()
  }
}
