/** Positions of the log as spans, so that a million of them in a row are one. */
export class Positions {
  #spans: [from: number, to: number][] = []

  get count(): number {
    return this.#spans.reduce((count, [from, to]) => count + to - from + 1, 0)
  }

  /** Both inclusive. What comes in order costs no more than its span. */
  add(from: number, to: number): void {
    const last = this.#spans.at(-1)
    if (last && last[1] === from - 1) last[1] = to
    else this.#spans.push([from, to])
  }

  /** Those that are not among the others. */
  without(others: Positions): [from: number, to: number][] {
    const left: [number, number][] = []
    const taken = others.#spans.toSorted(([a], [b]) => a - b)
    let next = 0
    for (const [begin, end] of this.#spans.toSorted(([a], [b]) => a - b)) {
      let from = begin
      while (next < taken.length && (taken[next]?.[1] ?? 0) < from) next += 1
      for (let at = next; at < taken.length && from <= end; at += 1) {
        const [takenFrom, takenTo] = taken[at] as [number, number]
        if (takenFrom > end) break
        if (takenFrom > from) left.push([from, takenFrom - 1])
        from = Math.max(from, takenTo + 1)
      }
      if (from <= end) left.push([from, end])
    }
    return left
  }
}
