/** What a fault cost, for people to compare with what was aimed at; nothing here fails. */
export class Figures {
  readonly #rows: [string, string, string, string][] = []

  /** @param measured in milliseconds. @param caseId of the fault or attack in the tests. */
  add(what: string, measured: number, goal: string, caseId = ''): void {
    this.#rows.push([what, `${measured.toFixed(0)} ms`, goal, caseId])
  }

  print(): void {
    const rows = [['what', 'measured', 'goal', 'case'], ...this.#rows]
    const widths = [0, 1, 2].map(n => Math.max(...rows.map(row => row[n]?.length ?? 0)))
    for (const row of rows) {
      console.log(row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join('  '))
    }
  }
}

/** How long the work took, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
