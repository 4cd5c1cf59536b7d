/** Entries on their way to the one who iterates over them; none is lost, however slowly they read. */
export class Queue<T> implements AsyncIterator<T> {
  #waiting: T[] = []
  #reader: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void } | undefined
  #over = false
  #error: unknown
  readonly #onReturn: () => void

  constructor(onReturn: () => void) {
    this.#onReturn = onReturn
  }

  /** @param outdates says whether an unread entry says nothing more once this one is there. */
  push(entry: T, outdates: (unread: T) => boolean): void {
    if (this.#over) return
    if (this.#reader) {
      this.#reader.resolve({ value: entry, done: false })
      this.#reader = undefined
      return
    }
    const unread = this.#waiting.at(-1)
    if (unread !== undefined && outdates(unread)) this.#waiting.pop()
    this.#waiting.push(entry)
  }

  /** What is unread can still be read; then comes the end, or the error. */
  end(error?: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#error = error
    if (!this.#reader) return
    if (error) this.#reader.reject(error)
    else this.#reader.resolve({ value: undefined, done: true })
    this.#reader = undefined
    this.#error = undefined
  }

  next(): Promise<IteratorResult<T>> {
    const unread = this.#waiting.shift()
    if (unread !== undefined) return Promise.resolve({ value: unread, done: false })
    if (this.#over) {
      const error = this.#error
      this.#error = undefined
      return error ? Promise.reject(error) : Promise.resolve({ value: undefined, done: true })
    }
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
    })
  }

  return(): Promise<IteratorResult<T>> {
    this.#waiting = []
    this.#onReturn()
    return Promise.resolve({ value: undefined, done: true })
  }
}
