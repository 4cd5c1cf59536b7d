export type Span = [from: number, to: number]

/** A set of positions of the log, kept as spans: a million of them in a row are one. */
export class Positions {
  readonly #added: Span[] = []

  /** Both inclusive. What comes in order costs no more than its span. */
  add(from: number, to: number = from): void {
    const last = this.#added.at(-1)
    if (last && last[1] === from - 1) last[1] = to
    else this.#added.push([from, to])
  }

  get count(): number {
    return this.spans.reduce((count, [from, to]) => count + to - from + 1, 0)
  }

  /** In order, none touching another. */
  get spans(): Span[] {
    const spans: Span[] = []
    for (const [from, to] of this.#added.toSorted(([a], [b]) => a - b)) {
      const last = spans.at(-1)
      if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to)
      else spans.push([from, to])
    }
    return spans
  }

  /** Those that are not among the others. */
  without(others: Positions): Span[] {
    const left: Span[] = []
    const taken = others.spans.values()
    let next = taken.next().value
    for (const [begin, end] of this.spans) {
      let from = begin
      while (next && next[0] <= end) {
        const [takenFrom, takenTo] = next
        if (takenFrom > from) left.push([from, takenFrom - 1])
        from = Math.max(from, takenTo + 1)
        // It may take of the next one too.
        if (takenTo > end) break
        next = taken.next().value
      }
      if (from <= end) left.push([from, end])
    }
    return left
  }
}
