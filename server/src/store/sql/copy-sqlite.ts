import { closeSync, fsyncSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { privateFile } from '../../private-path.ts'
import { openingFault } from './sqlite-faults.ts'

/**
 * Copies a database as it is at one moment, whatever else is going on in it, and has the copy on the disk.
 * @param to is not there yet, or empty.
 * @throws UnusableDatabase
 */
export function copySqlite(from: string, to: string): void {
  // SQLite would let others read it.
  closeSync(openSync(to, 'a', privateFile))
  try {
    const database = new DatabaseSync(from, { readOnly: true, timeout: 10_000 })
    try {
      database.prepare('VACUUM INTO ?').run(to)
    } finally {
      database.close()
    }
  } catch (error) {
    throw openingFault(error, from)
  }
  const copy = openSync(to, 'r+')
  fsyncSync(copy)
  closeSync(copy)
}
