import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
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
    return Object.fromEntries(['sign_ins', 'accounts', 'kiosks', 'audit'].map(t => [t, all(t)]))
  } finally {
    database.close()
  }
}

/** The audit trail of one sign-in, in order. */
export function eventsOf(dataDir: string, id: string): string[] {
  const database = openDatabase(dataDir)
  try {
    const rows = database.prepare('SELECT event FROM audit WHERE sign_in = ? ORDER BY row').all(id)
    return rows.map(row => String(row.event))
  } finally {
    database.close()
  }
}
