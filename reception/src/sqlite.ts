import { accessSync, constants, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { SqliteDatabase } from 'kysely'
import { DatabaseTrouble, inWords, type TroubleKind } from './trouble.ts'

/** How long another process, a backup or a command, may hold the file, in milliseconds. */
const patience = 5_000
/** With less room than this on its disk, in bytes, only writing can tell whether there is enough. */
const littleRoom = 4 * 1024 * 1024
/** Between two tries of writing, only to see whether that is possible, in milliseconds. */
const probeEvery = 1_000

/** All files of a database, there or not. */
export function filesOf(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]
}

export function openSqlite(path: string): DatabaseSync {
  const raw = new DatabaseSync(path, { timeout: patience })
  // FULL: a number that was given must outlive a power cut. What was erased must not stay readable.
  raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
  return raw
}

/**
 * Lets Kysely drive `node:sqlite`, and sees how that does: each error of SQLite's is thrown as a
 * {@link DatabaseTrouble}.
 * @param probe a statement that writes, only to see whether that is possible.
 * @param noticed told once when there is trouble, when it is another, and when it is over.
 */
export function drive(
  raw: DatabaseSync,
  path: string,
  probe: string,
  noticed: (trouble: DatabaseTrouble | null) => void,
) {
  const { dev, ino } = statSync(path)
  let met: DatabaseTrouble | null = null
  let hasWritten = false
  let probedAt = Number.NEGATIVE_INFINITY

  const note = (trouble: DatabaseTrouble | null) => {
    // What is read from a damaged database is worth nothing, whatever goes well afterwards.
    if (met?.kind === trouble?.kind || met?.kind === 'damaged') return
    met = trouble
    noticed(trouble)
  }
  /** SQLite would go on writing to a file that nobody can find any more. */
  const requireSame = () => {
    const now = statSync(path, { throwIfNoEntry: false })
    if (now?.ino !== ino || now.dev !== dev) throw new DatabaseTrouble('replaced', path)
  }
  const tried = <Result>(writes: boolean, work: () => Result): Result => {
    try {
      if (writes) requireSame()
      const result = work()
      // A transaction that changes nothing gets through on a full disk, too.
      if (hasWritten && !raw.isTransaction) {
        hasWritten = false
        note(null)
      }
      return result
    } catch (error) {
      if (!raw.isTransaction) hasWritten = false
      const fault = inWords(error, path)
      if (fault instanceof DatabaseTrouble) note(fault)
      throw fault
    }
  }
  const probeNow = () => {
    // What is under way will tell.
    if (raw.isTransaction) return
    probedAt = performance.now()
    try {
      // Whether another program holds it is asked here, not waited for.
      raw.exec('PRAGMA busy_timeout = 0')
      tried(true, () => {
        raw.exec(probe)
        hasWritten = true
      })
    } catch {
      // It is noted.
    } finally {
      raw.exec(`PRAGMA busy_timeout = ${patience}`)
    }
  }

  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
  const database: SqliteDatabase = {
    close: () => raw.close(),
    prepare(text) {
      // After some errors, as on a full disk, SQLite has rolled back by itself.
      if (text === 'rollback' && !raw.isTransaction) return nothing
      const isRead = text.startsWith('select') || text === 'rollback'
      const isChange = /^(?:insert|update|delete)\b/.test(text)
      // One that reads first and writes then could not wait for another writer.
      const sql = text === 'begin' ? 'begin immediate' : text
      const statement = tried(!isRead, () => raw.prepare(sql))
      return {
        reader: statement.columns().length > 0,
        all: parameters =>
          tried(!isRead, () => {
            const rows = statement.all(...values(parameters))
            hasWritten ||= isChange && rows.length > 0
            return rows
          }),
        run: parameters =>
          tried(!isRead, () => {
            const result = statement.run(...values(parameters))
            hasWritten ||= isChange && Number(result.changes) > 0
            return result
          }),
        iterate: parameters => statement.iterate(...values(parameters)),
      }
    },
  }

  return {
    database,
    /** Why work could not be done now; writes only after work that failed, and where there is little room. */
    trouble(): TroubleKind | null {
      try {
        requireSame()
        for (const one of [dirname(path), path]) accessSync(one, constants.W_OK)
        const { bavail, bsize } = statfsSync(path)
        const isUnsure = met !== null || bavail * bsize < littleRoom
        if (isUnsure && performance.now() - probedAt >= probeEvery) probeNow()
      } catch (error) {
        const fault = inWords(error, path)
        if (!(fault instanceof DatabaseTrouble)) throw fault
        note(fault)
      }
      return met?.kind ?? null
    },
  }
}

const nothing = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
}
