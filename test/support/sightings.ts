import assert from 'node:assert/strict'
import type { SealedRow } from '../../server/src/store/log.ts'
import type { Handed, Journal } from './journal.ts'

/** What one reader was handed, on all nodes together, from the first line of the journal on. */
export class Sightings {
  readonly reader: string
  readonly #journal: Journal
  readonly #first: Handed[] = []
  #looked = 0
  /** Batches, and rows in them that the reader had been handed before. */
  batches = 0
  again = 0

  constructor(journal: Journal, reader: string) {
    this.#journal = journal
    this.reader = reader
  }

  /** The last position that it has seen; all before it were seen before it, or this fails. */
  get last(): number {
    const lines = this.#journal.lines()
    for (; this.#looked < lines.length; this.#looked += 1) {
      const { reader, read } = lines[this.#looked] ?? {}
      if (reader !== this.reader || !read) continue
      this.batches += 1
      for (const row of read) this.#see(row)
    }
    return this.#first.length
  }

  /** What was handed over is what the table holds in the end, and nothing of it is missing. */
  assertAre(rows: readonly SealedRow[]): void {
    assert.equal(this.last, rows.length)
    const expected = rows.map(({ position, row, digest, seal, subject }) => {
      return [position, row, digest, seal, subject]
    })
    assert.deepEqual(this.#first, expected)
  }

  #see(row: Handed): void {
    const [position] = row
    const known = this.#first[position - 1]
    if (known) {
      this.again += 1
      assert.deepEqual(row, known, `${this.reader}: position ${position} is another row by now`)
    } else {
      const next = this.#first.length + 1
      assert.equal(position, next, `${this.reader} was handed ${position} before ${next}`)
      this.#first.push(row)
    }
  }
}
