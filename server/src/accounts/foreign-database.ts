import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { OperatorError } from '../operator-error.ts'
import { accountOf, type ForeignAccount } from './foreign-account.ts'
import {
  type Columns,
  candidates,
  type ForeignNames,
  nameColumnIn,
  othersOf,
  requireSureId,
  toldColumns,
  wantedColumns,
} from './foreign-columns.ts'

/** Ours, and that of the system that QRGate re-creates. */
const usualTables = ['users', 'user']
/** Milliseconds for which a system that is still writing is waited for. */
const patience = 2_000

/**
 * The accounts in an SQLite file.
 * @param told which table and columns were taken.
 * @throws OperatorError where the file cannot be read or nothing in it fits.
 */
export function* fromDatabase(
  file: string,
  names: ForeignNames,
  told: (taken: string) => void,
): Generator<ForeignAccount> {
  let read = 0
  // Whoever reads such a database makes one.
  const hasLog = existsSync(`${file}-wal`)
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: patience })
    const { table, id, hash, all } = tableIn(file, database, names)
    const nameColumn = nameColumnIn(new Set(all), { id, hash }, names)
    const columns = Object.entries({
      id,
      hash,
      name: nameColumn,
      externalId: names.externalIdColumn,
    }).map(([as, column]) => `${column === undefined ? 'null' : quoted(column)} as ${as}`)
    const query = database.prepare(`select ${columns} from ${quoted(table)}`)
    told(`table ${table}, columns ${toldColumns({ id, hash }, nameColumn)}`)
    // One number too large for JavaScript would otherwise end the whole import.
    query.setReadBigInts(true)
    for (const row of query.iterate()) {
      read += 1
      yield accountOf(`row ${read}`, row)
    }
  } catch (error) {
    throw error instanceof Error ? said(error, { file, hasLog, database, read }) : error
  } finally {
    database?.close()
  }
}

/** The low byte of SQLite's result codes. */
const codes = { busy: 5, locked: 6, corrupt: 11, notADatabase: 26 }

interface Reading {
  file: string
  /** Whether there was a write-ahead log beside it. */
  hasLog: boolean
  database: DatabaseSync | undefined
  /** Rows so far. */
  read: number
}

/** An error of SQLite's as a sentence about what to do. */
function said(error: Error, { file, hasLog, database, read }: Reading): Error {
  if (error instanceof OperatorError) return error
  const { code, errcode = 0 } = error as { code?: string; errcode?: number }
  if (code !== 'ERR_SQLITE_ERROR') return error
  const result = errcode & 0xff
  if (result === codes.busy || result === codes.locked) {
    return new OperatorError(
      `${file} is in use by another program; stop that, or import a copy of the file.`,
    )
  }
  if (result === codes.corrupt || result === codes.notADatabase) {
    const where = read > 0 ? ` behind row ${read}` : ''
    return new OperatorError(
      `${file} is damaged${where}: ${error.message}. Import a whole copy of it.`,
    )
  }
  if (database === undefined || !/no such (table|column)/.test(error.message)) {
    return new OperatorError(`${file} cannot be read: ${error.message}.`)
  }
  const tables = database.prepare(`select name from sqlite_schema where type = 'table'`).all()
  if (tables.length > 0) {
    const known = tables.map(({ name }) => name).join(', ')
    return new OperatorError(`${file}: ${error.message}. Its tables are: ${known}.`)
  }
  // In that mode what was written last stands in a file beside it (https://sqlite.org/wal.html).
  const [mode] = database.prepare('pragma journal_mode').all()
  const lacksLog = mode?.journal_mode === 'wal' && !hasLog
  const why = lacksLog ? `; copy ${file}-wal with it, or stop what writes it first` : ''
  return new OperatorError(`${file} has no table${why}.`)
}

interface Table {
  table: string
  all: { name: string; type: string }[]
}

/**
 * Where the accounts are: the pair of names that says most comes first, and a table without rows last.
 * Where nothing fits, names whose absence tells the operator what to say.
 */
function tableIn(
  file: string,
  database: DatabaseSync,
  names: ForeignNames,
): Columns & { table: string; all: string[] } {
  const columnsOf = database.prepare('select name, type from pragma_table_info(?)')
  const tables = (names.table === undefined ? usualTables : [names.table]).map(table => {
    // SQLite takes no notice of case in names.
    const all = columnsOf.all(table).map(({ name, type }) => ({
      name: String(name).toLowerCase(),
      type: String(type),
    }))
    return { table, all }
  })
  const fitting = candidates(names).flatMap(columns =>
    tables
      .filter(({ all }) =>
        [columns.id, columns.hash].every(name => hasColumn(all, name.toLowerCase())),
      )
      .map(table => ({ ...table, columns })),
  )
  const hasRows = ({ table }: Table) =>
    database.prepare(`select 1 from ${quoted(table)} limit 1`).get() !== undefined
  const taken = fitting.find(hasRows) ?? fitting[0]
  if (taken === undefined) {
    const there = tables.find(({ all }) => all.length > 0) ?? tables[0]
    return { table: there?.table ?? '', all: [], ...wantedColumns(names) }
  }
  const { table, all, columns } = taken
  requireTypedId(file, table, all, columns, names)
  return { table, all: all.map(({ name }) => name), ...columns }
}

function hasColumn(all: Table['all'], name: string): boolean {
  return all.some(column => column.name === name)
}

/** A whole number beside other columns is what the table counts its rows by, and nobody's id. */
function requireTypedId(
  file: string,
  table: string,
  all: Table['all'],
  columns: Columns,
  names: ForeignNames,
): void {
  const present = all.map(({ name }) => name)
  requireSureId(file, columns, present, names)
  const others = othersOf(columns, present, names)
  const type = all.find(({ name }) => name === columns.id.toLowerCase())?.type ?? ''
  if (names.idColumn !== undefined || others.length === 0 || !/int/i.test(type)) return
  throw new OperatorError(
    `${file}: "${columns.id}" of table ${table} is a number, which may only count its rows. ` +
      `Say what people type to sign in: --id-column ${columns.id}, or one of ${others.join(', ')}.`,
  )
}

/** In double quotes SQLite might take a missing column for a text. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
