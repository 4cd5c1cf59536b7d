import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { type DatabaseTrouble, UnusableDatabase } from '../database-trouble.ts'
import { sqliteFiles } from '../sqlite-files.ts'

/** SQLITE_BUSY and SQLITE_LOCKED (https://sqlite.org/rescode.html), in their low byte. */
const lockedCodes = new Set([5, 6])

/** Primary result codes after which the same work fails again. */
const troubles: Record<number, DatabaseTrouble> = {
  8: 'read_only', // SQLITE_READONLY
  10: 'failing', // SQLITE_IOERR
  11: 'damaged', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  14: 'no_access', // SQLITE_CANTOPEN
  26: 'damaged', // SQLITE_NOTADB
}

/** SQLITE_READONLY_DBMOVED: SQLite itself has seen that its file is another one now. */
const moved = 1032

/** SQLITE_CONSTRAINT_UNIQUE; a primary key has a code of its own. */
export const notUnique = 2067

/**
 * The extended result code of an error of `node:sqlite`, whose low byte is the primary one; -1 for any
 * other error, which has no code's low byte in common with those above.
 */
export function resultCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code : -1
}

export function isLocked(error: unknown): boolean {
  return lockedCodes.has(resultCode(error) & 0xff)
}

export function sqliteTrouble(error: unknown): DatabaseTrouble | null {
  const code = resultCode(error)
  return code === moved ? 'replaced' : (troubles[code & 0xff] ?? null)
}

/** Why it could not be opened, in a sentence; any error that is not SQLite's or the system's as it is. */
export function openingFault(error: unknown, path: string): unknown {
  const { message } = error as NodeJS.ErrnoException
  const url = `sqlite:${path}`
  if (isLocked(error)) return new UnusableDatabase('locked', url, message)
  const trouble = sqliteTrouble(error) ?? systemTrouble(error as NodeJS.ErrnoException)
  if (trouble === null) return error
  const isOurs = trouble === 'no_access' || trouble === 'read_only'
  const [kind, detail] = (isOurs && forbidden(path)) || [trouble, message]
  return new UnusableDatabase(kind, url, detail)
}

function systemTrouble({ code, syscall }: NodeJS.ErrnoException): DatabaseTrouble | null {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'full'
    case 'EROFS':
      return 'read_only'
    case 'EIO':
      return 'failing'
    default:
      // A closed folder, a name that is too long, a file where a folder should be …
      return code !== undefined && syscall !== undefined ? 'no_access' : null
  }
}

/** The first of its files, or its folder, that this user may not use, and why. */
function forbidden(path: string): [DatabaseTrouble, string] | undefined {
  for (const one of [dirname(path), ...sqliteFiles(path)]) {
    if (!existsSync(one)) continue
    try {
      accessSync(one, constants.R_OK | constants.W_OK)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const found = statSync(one)
      if (code === 'EROFS') return ['read_only', `${one} is on a file system that is read-only`]
      const { uid, username } = userInfo()
      const whose = found.uid === uid ? 'its mode forbids it' : `it belongs to user ${found.uid}`
      const trouble = found.uid === uid ? 'read_only' : 'no_access'
      return [trouble, `${username} may not write ${one}: ${whose}`]
    }
  }
  return undefined
}
