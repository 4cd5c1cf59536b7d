import type { LogQuery, LogRecords, LogRow } from '../store/log.ts'

type Log = Pick<LogRecords, 'find' | 'waiting'>

const batch = 500

/**
 * All rows that a query finds, each once: the sealed ones in order, then those that are not sealed yet.
 * What is sealed meanwhile is among either.
 */
export async function* allRows(log: Log, query: LogQuery): AsyncGenerator<LogRow> {
  const waited = new Set<number>()
  let last = 0
  const sealed = async function* () {
    for (;;) {
      const rows = await log.find(query, { after: last }, batch)
      yield* rows.filter(({ row }) => !waited.has(row))
      last = rows.at(-1)?.position ?? last
      if (rows.length < batch) return
    }
  }
  yield* sealed()
  for (let after = 0; ; ) {
    const rows = await log.waiting(query, { after }, batch)
    for (const { row } of rows) waited.add(row)
    yield* rows
    if (rows.length < batch) break
    after = rows.at(-1)?.row ?? after
  }
  // Those that were not sealed at the first look, and were at the second.
  yield* sealed()
}

/** The newest rows that a query finds, each once, the latest one first. */
export async function newestRows(log: Log, query: LogQuery, most: number): Promise<LogRow[]> {
  const waiting = await log.waiting(query, 'newest', most)
  const sealed = await log.find(query, 'newest', most)
  const known = new Set(sealed.map(({ row }) => row))
  return [...waiting.filter(({ row }) => !known.has(row)), ...sealed].slice(0, most)
}
