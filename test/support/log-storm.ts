import assert from 'node:assert/strict'
import { verifyLog } from '../../server/src/log/verify.ts'
import type { SealedRow } from '../../server/src/store/log.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { Scope } from './gate.ts'
import { Journal } from './journal.ts'
import type { NodeSettings } from './log-node.ts'
import { LogProcess } from './log-process.ts'
import type { WriterSettings } from './log-writers.ts'
import { pause, until } from './patience.ts'
import { seeded } from './seeded.ts'
import { Sightings } from './sightings.ts'

export interface StormSettings {
  /** So many are committed at least. */
  events: number
  seed: number
  /** How long a lease lasts, in milliseconds. */
  lasts: number
  /** How often a holder of a lease dies or freezes. */
  faults: number
  /** The longest rest of a writer between two transactions, in milliseconds. */
  rest: number
}

const readers = ['first reader', 'second reader'] as const
const leases = ['sealer', ...readers]
const nodes = ['node A', 'node B']
/** Each with four writers. */
const writerProcesses = 4

const hour = 3_600_000

/**
 * Two nodes with their sealers and readers, and sixteen writers. Whoever holds a lease is killed or
 * frozen until another has it; the clocks of the nodes are wrong; and meanwhile somebody watches
 * that what must always be true is always true.
 */
export class LogStorm {
  readonly journal: Journal
  readonly sightings: readonly Sightings[]
  readonly #t: Scope
  readonly #url: string
  readonly #store: Store
  readonly #settings: StormSettings
  readonly #random: () => number
  readonly #nodes = new Map<string, LogProcess>()
  readonly #counted = { kills: 0, freezes: 0, frozenInVain: 0, writersKilled: 0, verified: 0 }
  #processes = 0

  constructor(t: Scope, url: string, store: Store, settings: StormSettings) {
    this.#t = t
    this.#url = url
    this.#store = store
    this.#settings = settings
    this.#random = seeded(settings.seed)
    this.journal = new Journal(t)
    this.sightings = readers.map(reader => new Sightings(this.journal, reader))
  }

  /** Goes on until all that was written has been sealed and read, and all processes have ended. */
  async rage(): Promise<void> {
    const over = new AbortController()
    const watching = this.#watch(over.signal)
    try {
      await Promise.race([this.#run(), watching])
    } finally {
      over.abort()
    }
    await watching
  }

  /** What was committed is there, once; what was taken back is not; and each as a whole. */
  assertWritten(rows: readonly SealedRow[]): void {
    const found = new Map<string, number>()
    for (const { subject } of rows) {
      const txn = (subject ?? '').replace(/\.\d+$/, '')
      found.set(txn, (found.get(txn) ?? 0) + 1)
    }
    assert.equal(new Set(rows.map(({ subject }) => subject)).size, rows.length)
    for (const { txn, events, became } of this.#transactions()) {
      const there = found.get(txn) ?? 0
      found.delete(txn)
      if (became === 'done') assert.equal(there, events, `${txn} was committed`)
      else if (became === 'undone') assert.equal(there, 0, `${txn} was taken back`)
      else assert.ok(there === 0 || there === events, `${txn} is there in part`)
    }
    assert.deepEqual([...found.keys()], [], 'nobody has written these')
  }

  /**
   * Nodes complain of a database that is locked or gone, of a commit in which they were frozen themselves, and of
   * readers that throw; of nothing else.
   */
  assertOnlyExpectedErrors(): void {
    const errors = this.#errors().filter(
      error => !/^(Error: a mood, .*|storage_busy|outcome_unknown)$/.test(error),
    )
    assert.deepEqual(errors, [])
  }

  figures(): Record<string, unknown> {
    const transactions = this.#transactions()
    const count = (outcome: string | undefined) =>
      transactions.filter(({ became }) => became === outcome).length
    return {
      transactions: transactions.length,
      takenBack: count('undone'),
      unsure: count('unsure') + count(undefined),
      ...this.#counted,
      batches: this.sightings.map(({ batches }) => batches),
      handedAgain: this.sightings.map(({ again }) => again),
      busy: this.#errors().filter(error => error === 'storage_busy').length,
    }
  }

  async #run(): Promise<void> {
    for (const name of nodes) this.#bootNode(name)
    const writers = Array.from({ length: writerProcesses }, () => this.#startWriters())
    await this.#progress()
    for (let n = 0; n < this.#settings.faults; n += 1) {
      if (n === 1) {
        await writers.shift()?.kill()
        writers.push(this.#startWriters())
        this.#counted.writersKilled += 1
      }
      await (n % 2 ? this.#freeze(pick(leases, n)) : this.#kill(pick(leases, n)))
      await this.#progress()
    }
    await until('all is written', () => this.#committed() >= this.#settings.events, 100)
    for (const process of writers) assert.equal(await process.end(), 0)
    const { log } = this.#store
    await until('all is sealed', async () => !(await log.unsealed()), 100)
    const { position } = await log.head()
    for (const reader of readers) {
      await until('all is read', async () => (await log.cursor(reader)) === position, 100)
    }
    for (const node of this.#nodes.values()) assert.equal(await node.end(), 0)
  }

  /** What must be true at every moment. */
  async #watch(over: AbortSignal): Promise<void> {
    const { log } = this.#store
    const known = new Map<string, number>()
    const rises = (what: string, position: number) => {
      assert.ok(position >= (known.get(what) ?? 0), `${what} goes back to ${position}`)
      known.set(what, position)
    }
    for (let round = 0; !over.aborted; round += 1) {
      for (const sightings of this.sightings) {
        const { reader } = sightings
        const cursor = await log.cursor(reader)
        rises(reader, cursor)
        assert.ok(sightings.last >= cursor, `${reader} has noted what it was never handed`)
      }
      rises('the end of the log', (await log.head()).position)
      if (round % 40 === 0) {
        const keys = { check: () => 'unknown' as const }
        const { faults } = await verifyLog({ log, keys, outside: [], leastLife: 0, clock: () => 0 })
        assert.deepEqual(faults, [])
        this.#counted.verified += 1
      }
      await pause(50)
    }
  }

  async #kill(lease: string): Promise<void> {
    const { by, epoch } = this.#holder(lease)
    await this.#nodes.get(by)?.kill()
    this.#bootNode(by)
    await this.journal.line(
      `another holder of ${lease}`,
      ({ took }) => took?.name === lease && took.epoch > epoch,
    )
    this.#counted.kills += 1
  }

  /** Until the other node has the lease: whoever is thawed then believes that it is still theirs. */
  async #freeze(lease: string): Promise<void> {
    for (;;) {
      const { by, epoch } = this.#holder(lease)
      const node = this.#nodes.get(by)
      node?.freeze()
      const tookOver = () =>
        this.journal
          .lines()
          .some(line => line.by !== by && line.took?.name === lease && line.took.epoch > epoch)
      // Whoever was frozen in the middle of a transaction of SQLite keeps all others out.
      for (let tries = 0; tries < this.#settings.lasts / 10 && !tookOver(); tries += 1) {
        await pause(50)
      }
      node?.thaw()
      if (tookOver()) break
      this.#counted.frozenInVain += 1
    }
    this.#counted.freezes += 1
  }

  /** Waits until all readers have seen something new. */
  async #progress(): Promise<void> {
    const before = this.sightings.map(({ last }) => last)
    const isNew = () => this.sightings.every(({ last }, n) => last > (before[n] ?? 0))
    await until('readers go on', isNew, 50)
  }

  #holder(lease: string): { by: string; epoch: number } {
    let last = { by: '', epoch: 0 }
    // Whoever is thawed may tell only then what they had before.
    for (const { by, took } of this.journal.lines()) {
      if (took?.name === lease && took.epoch >= last.epoch) last = { by, epoch: took.epoch }
    }
    return last
  }

  #bootNode(name: string): void {
    const { lasts } = this.#settings
    const run = { lasts, seed: this.#nextSeed(), readers: manners }
    const settings: NodeSettings = { name, url: this.#url, run }
    const wrong = pick([0, hour, -hour], Math.floor(this.#random() * 3))
    this.#nodes.set(name, new LogProcess(this.#t, this.journal, 'log-node.ts', settings, wrong))
  }

  #startWriters(): LogProcess {
    const { rest } = this.#settings
    const seed = this.#nextSeed()
    const name = `w${this.#processes}`
    const settings: WriterSettings = { name, url: this.#url, seed, writers: 4, rest }
    return new LogProcess(this.#t, this.journal, 'log-writers.ts', settings)
  }

  #nextSeed(): number {
    this.#processes += 1
    return this.#settings.seed + this.#processes * 104_729
  }

  #committed(): number {
    const done = this.#transactions().filter(({ became }) => became === 'done')
    return done.reduce((sum, { events }) => sum + events, 0)
  }

  #transactions() {
    const all = new Map<string, { txn: string; events: number; became?: string }>()
    for (const { tries: txn, events = 0, became } of this.journal.lines()) {
      if (txn === undefined) continue
      const known = all.get(txn)
      if (!known) all.set(txn, { txn, events })
      else if (became) known.became = became
    }
    return [...all.values()]
  }

  #errors(): string[] {
    return this.journal.lines().flatMap(({ did, error }) => (error && !did ? [error] : []))
  }
}

const manners = Object.fromEntries(readers.map(reader => [reader, 'moody' as const]))

function pick<T>(items: readonly T[], n: number): T {
  return items[n % items.length] as T
}
