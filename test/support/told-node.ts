import assert from 'node:assert/strict'
import type { Scope } from './gate.ts'
import type { Journal, Line } from './journal.ts'
import type { Command, FreezeAt, Write } from './log-node.ts'
import { LogProcess } from './log-process.ts'

/** A node that does what it is told, one thing after the other. */
export class ToldNode {
  readonly process: LogProcess
  readonly #journal: Journal
  readonly #name: string
  #heard = 0

  private constructor(journal: Journal, process: LogProcess) {
    this.#journal = journal
    this.process = process
    this.#name = process.name
  }

  static async start(
    t: Scope,
    journal: Journal,
    url: string,
    name: string,
    wrong = 0,
    patches: readonly string[] = [],
  ) {
    const process = new LogProcess(t, journal, 'log-node.ts', { name, url }, wrong, patches)
    const node = new ToldNode(journal, process)
    await node.answer('start')
    return node
  }

  async do(command: Command): Promise<Line> {
    this.process.tell(command)
    return this.answer(command.do)
  }

  async answer(did: string): Promise<Line> {
    const line = await this.says(`what ${did} came to`, line => line.did === did)
    this.#heard = this.#journal.lines().indexOf(line) + 1
    return line
  }

  says(what: string, is: (line: Line) => unknown): Promise<Line> {
    return this.#journal.line(what, line => line.by === this.#name && is(line), this.#heard)
  }

  /**
   * Lets it stop itself in the middle of a write that only the holder of a lease can make.
   * @param ms how long the lease lasts.
   */
  async freezeIn(write: Write, at: FreezeAt, lease: string, ms: number): Promise<void> {
    await this.do({ do: 'freeze', at })
    for (;;) {
      await this.do({ do: 'take', lease, ms })
      this.process.tell({ do: write })
      const isThere = (line: Line) => line.frozenAt ?? line.did === write
      if ((await this.says('where it is', isThere)).frozenAt) return
      // The machine was so slow that the time was over before it began.
      assert.match((await this.answer(write)).error ?? '', /^(LeaseLost|storage_busy)$/)
    }
  }
}
