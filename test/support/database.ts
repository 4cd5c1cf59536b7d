import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LogEventName } from '../../server/src/protocol/log-event.ts'
import { hang } from './patience.ts'

/** A second connection to a gate's database. */
export function openDatabase(dataDir: string): DatabaseSync {
  return new DatabaseSync(join(dataDir, 'qrgate.sqlite'), { timeout: hang })
}

/** Runs one statement beside the gate, as an operator with a shell could. */
export function alter(dataDir: string, sql: string, ...values: (string | number)[]): void {
  const database = openDatabase(dataDir)
  try {
    database.prepare(sql).run(...values)
  } finally {
    database.close()
  }
}

/** Everything stored, to compare before and after. */
export function stored(dataDir: string): Record<string, unknown[]> {
  const database = openDatabase(dataDir)
  try {
    const all = (table: string) => database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all()
    // Sealing goes on in the background, and is no news.
    const log = all('log').map(({ position, seal, ...row }) => row)
    return { ...Object.fromEntries(['sign_ins', 'accounts', 'kiosks'].map(t => [t, all(t)])), log }
  } finally {
    database.close()
  }
}

/** What the log tells of one sign-in, in the order of its coming. */
export function eventsOf(dataDir: string, id: string): LogEventName[] {
  const database = openDatabase(dataDir)
  try {
    const rows = database.prepare(
      "SELECT event FROM log WHERE subject_kind IN ('sign_in', 'hand_off') AND subject = ? ORDER BY row",
    )
    return rows.all(id).map(({ event }) => event as LogEventName)
  } finally {
    database.close()
  }
}
