import { accessSync, closeSync, constants, fsyncSync, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { OperatorError } from '../../operator-error.ts'
import { privateFile } from '../../private-path.ts'
import { openToRead } from './node-sqlite.ts'
import { openingFault, sqliteTrouble } from './sqlite-faults.ts'

export function noRoom(file: string): string {
  return `There is no room for it on the disk of ${dirname(resolve(file))}; nothing was made.`
}

/** @throws OperatorError for a folder, and for what this user may not read. */
function requireReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? `There is no ${file}.` : `${file} cannot be read (${code}).`
    throw new OperatorError(why)
  }
  if (statSync(file).isDirectory())
    throw new OperatorError(`${file} is a folder; name a file in it.`)
}

/**
 * Copies a database as it is at one moment, whatever else is going on in it, and has the copy on the disk.
 * @param to is not there yet, or empty.
 * @throws UnusableDatabase
 */
export function copySqlite(from: string, to: string): void {
  requireReadable(from)
  // SQLite would let others read it.
  closeSync(openSync(to, 'a', privateFile))
  try {
    const database = openToRead(from)
    try {
      database.prepare('VACUUM INTO ?').run(to)
    } finally {
      database.close()
    }
  } catch (error) {
    if (sqliteTrouble(error) === 'full') throw new OperatorError(noRoom(to))
    throw openingFault(error, from)
  }
  const copy = openSync(to, 'r+')
  fsyncSync(copy)
  closeSync(copy)
}
