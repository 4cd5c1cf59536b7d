import { accessSync, constants, statSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { SqliteDatabase, SqliteStatement } from 'kysely'

/** Prepared statements kept; Kysely writes the same few dozen texts again and again. */
const kept = 200

/** While it starts, a process may wait in SQLite itself for another one that is migrating. */
const startPatience = 5_000

const pragmas = [
  'PRAGMA journal_mode = WAL',
  // FULL, not NORMAL: in WAL mode NORMAL may lose the last commits in a power cut.
  'PRAGMA synchronous = FULL',
  'PRAGMA foreign_keys = ON',
  // What was erased must not stay readable in the file.
  'PRAGMA secure_delete = ON',
]

/** Lets Kysely's SQLite dialect drive `node:sqlite`. */
export function openNodeSqlite(path: string, readOnly = false): SqliteDatabase {
  const database = readOnly ? openToRead(path) : new DatabaseSync(path, { timeout: startPatience })
  if (!readOnly) database.exec(pragmas.join(';'))
  const statements = new Map<string, SqliteStatement>()

  return {
    close: () => database.close(),
    prepare(text) {
      // After some errors, as on a full disk, SQLite has rolled back by itself.
      if (text === 'rollback' && !database.isTransaction) return nothing
      // A deferred transaction that reads first cannot wait for a second writer: it fails at once.
      const sql = text === 'begin' ? 'begin immediate' : text
      const known = statements.get(sql)
      if (known) return known
      if (statements.size >= kept) statements.clear()
      const statement = adapt(database.prepare(sql))
      statements.set(sql, statement)
      return statement
    },
  }
}

/**
 * Also on a disk that cannot be written, where SQLite cannot make what it needs beside a file that others may
 * write: there nobody writes, and all of it is in the file unless a `-wal` holds something.
 */
export function openToRead(path: string): DatabaseSync {
  const options = { timeout: startPatience, readOnly: true }
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false })
  if (!isReadOnlyDisk(path) || (wal && wal.size > 0)) return new DatabaseSync(path, options)
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  return new DatabaseSync(url, options)
}

function isReadOnlyDisk(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
  }
}

const nothing: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
}

function adapt(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: parameters => readAll(statement, parameters.map(bindable)),
    run: parameters => statement.run(...parameters.map(bindable)),
    iterate: parameters => statement.iterate(...parameters.map(bindable)),
  }
}

/**
 * A number beyond 2^53, which no gate writes, is read as the nearest one that JavaScript has: it must
 * not keep anybody from the rows beside it.
 */
function readAll(statement: StatementSync, parameters: readonly SQLInputValue[]): unknown[] {
  try {
    return statement.all(...parameters)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_OUT_OF_RANGE') throw error
  }
  statement.setReadBigInts(true)
  try {
    return statement.all(...parameters).map(withNumbers)
  } finally {
    statement.setReadBigInts(false)
  }
}

function withNumbers(row: Record<string, unknown>): Record<string, unknown> {
  const columns = Object.entries(row)
  return Object.fromEntries(
    columns.map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  )
}

/** `node:sqlite` takes a leading object for named parameters and shifts the others silently. */
function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || Number.isSafeInteger(value)) {
    return value as SQLInputValue
  }
  throw new TypeError(`${String(value)} cannot be a column's value`)
}
