import { allRows } from '../../server/src/log/found-rows.ts'
import type { LogQuery, LogRow } from '../../server/src/store/log.ts'
import type { Store } from '../../server/src/store/store.ts'

/** What a log tells, each row once and as they were written, at a gate that seals it meanwhile. */
export async function logRows({ log }: Store, query: LogQuery = {}): Promise<LogRow[]> {
  const rows: LogRow[] = []
  for await (const row of allRows(log, query)) rows.push(row)
  return rows.toSorted((a, b) => a.row - b.row)
}
