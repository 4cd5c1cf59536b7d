import assert from 'node:assert/strict'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Lease } from '../../server/src/store/lease.ts'
import { type Scope, temporaryFolder } from './gate.ts'
import { until } from './patience.ts'

/** An event as a reader was handed it. */
export type Handed = [position: number, row: number, digest: string, seal: string, subject: string]

/** What one process says; `by` names it, of the rest each line has what it is about. */
export interface Line {
  by: string
  /** It has taken or prolonged a lease. */
  took?: Lease
  /** Its reader was handed these. */
  reader?: string
  read?: Handed[]
  /** A writer's transaction: before it is tried, and what became of it. */
  tries?: string
  events?: number
  became?: 'done' | 'undone' | 'unsure'
  /** What became of a command. */
  did?: string
  result?: unknown
  error?: string
  /** It has stopped itself, here. */
  frozenAt?: string
}

/**
 * What many processes say, in the order in which they have said it: all append to one file, and the
 * system makes them do so one after the other. From pipes nobody could tell who was first.
 */
export class Journal {
  /** For the standard output of a process; see {@link say}. */
  readonly end: number
  readonly #read: number
  readonly #lines: Line[] = []
  #offset = 0
  #rest = ''

  constructor(t: Scope) {
    const path = join(temporaryFolder(t), 'journal')
    this.end = openSync(path, 'a')
    this.#read = openSync(path, 'r')
    t.after(() => [this.end, this.#read].forEach(closeSync))
  }

  /** All lines so far. One that a killed process has left unfinished was not said. */
  lines(): readonly Line[] {
    const chunk = Buffer.alloc(1 << 20)
    for (;;) {
      const size = readSync(this.#read, chunk, 0, chunk.length, this.#offset)
      if (size === 0) return this.#lines
      this.#offset += size
      const lines = (this.#rest + chunk.toString('latin1', 0, size)).split('\n')
      this.#rest = lines.pop() ?? ''
      this.#lines.push(...lines.flatMap(parse))
    }
  }

  /** The first such line, however long it takes. @param from how many lines are passed over. */
  async line(what: string, is: (line: Line) => unknown, from = 0): Promise<Line> {
    let found: Line | undefined
    await until(what, () => {
      found = this.lines().slice(from).find(is)
      return found !== undefined
    })
    return found as Line
  }
}

/** Says a line in a process whose standard output is a journal; it is there when this returns. */
export function say(line: Line): void {
  // A newline before it, too: somebody may have been killed in the middle of a line.
  writeSync(1, `\n${JSON.stringify(line)}\n`)
}

function parse(line: string): Line[] {
  if (line === '') return []
  try {
    return [JSON.parse(line) as Line]
  } catch {
    return []
  }
}

/** No lease was ever two holders' under one epoch. */
export function assertOneHolder(lines: readonly Line[]): void {
  const holders = new Map<string, string>()
  for (const { took } of lines) {
    if (!took) continue
    const key = `${took.name}, epoch ${took.epoch}`
    const known = holders.get(key) ?? took.holder
    assert.equal(took.holder, known, key)
    holders.set(key, known)
  }
}
