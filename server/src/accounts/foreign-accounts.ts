import { type FileHandle, open } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { pipeline, type Readable } from 'node:stream'
import { CsvError, type Info, type Options, parse } from 'csv-parse'
import { OperatorError } from '../operator-error.ts'

/** An account as another system kept it; what is missing or of a wrong kind is undefined. */
export interface ForeignAccount {
  /** Where it stands in its file, for messages. */
  place: string
  id: string | undefined
  hash: string | undefined
  /** Empty where there is none; the same for the external id. */
  name: string | undefined
  externalId: string | undefined
}

/** What the other system called its table and columns; the usual names are found by themselves. */
export interface ForeignNames {
  table?: string
  idColumn?: string
  hashColumn?: string
  /** Where it has one. */
  nameColumn?: string
  externalIdColumn?: string
}

/** Ours, and those of the system that QRGate re-creates. */
const usualTables = ['users', 'user']
const usualColumns = [
  { id: 'id', hash: 'password' },
  { id: 'user_id', hash: 'user_pwd' },
]

/** The columns that may hold id and hash: those that were said, else the usual ones. */
function candidates({ idColumn, hashColumn }: ForeignNames): typeof usualColumns {
  return usualColumns.map(({ id, hash }) => ({ id: idColumn ?? id, hash: hashColumn ?? hash }))
}

/** The columns among these names that hold id and hash, if any do. */
function columnsIn(present: { has(name: string): boolean }, names: ForeignNames) {
  return candidates(names).find(({ id, hash }) => present.has(id) && present.has(hash))
}

/**
 * The accounts in a file: an SQLite database, a CSV file, or one JSON object a line.
 * @throws OperatorError when the file or what should be in it is missing.
 */
export async function* foreignAccounts(
  file: string,
  names: ForeignNames,
): AsyncGenerator<ForeignAccount> {
  const handle = await open(file).catch(error => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message
    throw new OperatorError(`${file} cannot be read: ${why}.`)
  })
  try {
    if (!(await handle.stat()).isFile()) {
      throw new OperatorError(`${file} cannot be read: it is no file.`)
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0)
    const start = buffer.toString('utf8', 0, bytesRead)
    if (start.startsWith('SQLite format 3\0')) yield* fromDatabase(file, names)
    else if (/^\ufeff?\s*\{/.test(start)) yield* fromObjects(file, handle, names)
    else yield* fromCsv(file, handle.createReadStream({ start: 0 }), names)
  } finally {
    await handle.close()
  }
}

function* fromDatabase(file: string, names: ForeignNames): Generator<ForeignAccount> {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const { table, id, hash } = tableIn(database, names)
    const columns = Object.entries({
      id,
      hash,
      name: names.nameColumn,
      externalId: names.externalIdColumn,
    }).map(([as, column]) => `${column === undefined ? 'null' : quoted(column)} as ${as}`)
    const query = database.prepare(`select ${columns} from ${quoted(table)}`)
    // One number too large for JavaScript would otherwise end the whole import.
    query.setReadBigInts(true)
    let number = 0
    for (const row of query.iterate()) {
      number += 1
      yield accountOf(`row ${number}`, row)
    }
  } catch (error) {
    if (!(error instanceof Error) || !/no such (table|column)/.test(error.message)) throw error
    const tables = database.prepare(`select name from sqlite_schema where type = 'table'`).all()
    const known = tables.map(({ name }) => name).join(', ')
    throw new OperatorError(`${file}: ${error.message}. Its tables are: ${known}.`)
  } finally {
    database.close()
  }
}

/** Where the accounts are; where nothing fits, names whose absence tells the operator what to say. */
function tableIn(database: DatabaseSync, names: ForeignNames) {
  const columnsOf = database.prepare('select name from pragma_table_info(?)')
  const tables = (names.table === undefined ? usualTables : [names.table]).map(table => {
    // SQLite takes no notice of case in names.
    const all = columnsOf.all(table).map(({ name }) => String(name).toLowerCase())
    return { table, all, present: { has: (name: string) => all.includes(name.toLowerCase()) } }
  })
  for (const { table, present } of tables) {
    const columns = columnsIn(present, names)
    if (columns) return { table, ...columns }
  }
  const there = tables.find(({ all }) => all.length > 0) ?? tables[0]
  return { table: there?.table ?? '', id: '', hash: '', ...candidates(names)[0] }
}

/** One JSON object a line; a line that is none breaks no other. */
async function* fromObjects(
  file: string,
  handle: FileHandle,
  names: ForeignNames,
): AsyncGenerator<ForeignAccount> {
  const { nameColumn = '', externalIdColumn = '' } = names
  await requireInSome(file, handle, askedFor(names))
  for await (const [number, object] of objectsIn(handle)) {
    const columns = columnsIn({ has: name => Object.hasOwn(object, name) }, names)
    yield accountOf(`line ${number}`, {
      id: columns && object[columns.id],
      hash: columns && object[columns.hash],
      name: nameColumn && object[nameColumn],
      externalId: externalIdColumn && object[externalIdColumn],
    })
  }
}

/** Where no object has a field, its name is mistyped; some may lack it. */
async function requireInSome(
  file: string,
  handle: FileHandle,
  fields: readonly string[],
): Promise<void> {
  const missing = new Set(fields)
  if (missing.size === 0) return
  for await (const [, object] of objectsIn(handle)) {
    for (const field of missing) if (Object.hasOwn(object, field)) missing.delete(field)
    if (missing.size === 0) return
  }
  throw new OperatorError(`${file}: no object has a field "${[...missing].join('", "')}".`)
}

/** Each object with the number of its line. */
async function* objectsIn(
  handle: FileHandle,
): AsyncGenerator<readonly [number, Record<string, unknown>]> {
  let number = 0
  for await (const raw of handle.readLines({ start: 0, autoClose: false })) {
    number += 1
    const line = raw.replace(/^\ufeff/, '').trim()
    if (line !== '') yield [number, readObject(line)]
  }
}

function readObject(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/**
 * CSV (RFC 4180), which may have fields of several lines. Where its quotes do not match, nobody can
 * tell any more what is a line and what stands in a field, so it is read no further: a name with
 * line breaks must not pass for an account.
 */
async function* fromCsv(
  file: string,
  stream: Readable,
  names: ForeignNames,
): AsyncGenerator<ForeignAccount> {
  const { nameColumn = '', externalIdColumn = '' } = names
  const asked = askedFor(names)
  // Whatever ends the pipeline also ends the loop below.
  const records: AsyncIterable<InfoRecord> = pipeline(stream, parse(csv), () => {})
  let header: string[] | undefined
  let columns: ReturnType<typeof columnsIn>
  let countedTwice = 0
  try {
    for await (const { info, record } of records) {
      // csv-parse 7.0.3 takes CR LF within a field for two line ends.
      countedTwice += record.join('').split('\r\n').length - 1
      if (info.records === 1) {
        columns = columnsIn(new Set(record), names)
        const { id, hash } = columns ?? candidates(names)[0] ?? {}
        const wanted = [id, hash, ...asked].filter(name => name !== undefined)
        const missing = wanted.filter(name => !record.includes(name))
        if (asked.length > 0 && missing.length > 0) {
          throw new OperatorError(`${file}: its first line names no "${missing.join('", "')}".`)
        }
        if (missing.length === 0) {
          header = record
          continue
        }
      }
      const place = `line ${info.lines - countedTwice}`
      const field = (name: string) => name && record[header?.indexOf(name) ?? -1]
      // Without a header the hash is all the rest, as argon2 hashes hold commas.
      const fields = columns
        ? { id: field(columns.id), hash: field(columns.hash) }
        : { id: record[0], hash: record.slice(1).join(',') }
      yield accountOf(place, {
        ...fields,
        name: field(nameColumn),
        externalId: field(externalIdColumn),
      })
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new OperatorError(`${file}: ${error.message}. Mend it and import it again.`)
  }
}

interface InfoRecord {
  info: Info
  record: string[]
}

const csv = {
  bom: true,
  info: true,
  // One file may have more than one kind.
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  // A quote inside a field that does not begin with one is just a quote.
  relax_quotes: true,
  skip_empty_lines: true,
  trim: true,
  // A quote that is never closed must not draw the whole file into memory.
  max_record_size: 1_000_000,
} satisfies Options

/** The columns that not every file has. */
function askedFor({ nameColumn, externalIdColumn }: ForeignNames): string[] {
  return [nameColumn, externalIdColumn].filter(name => name !== undefined)
}

/** What stands in the columns, of whatever kind. */
type Values = Partial<Record<'id' | 'hash' | 'name' | 'externalId', unknown>>

function accountOf(place: string, { id, hash, name, externalId }: Values): ForeignAccount {
  return {
    place,
    id: textOf(id),
    hash: textOf(hash),
    name: textOf(name ?? ''),
    // Columns of a fixed width are filled up with spaces.
    externalId: textOf(externalId ?? '')?.trim(),
  }
}

/** Ids may be numbers, and Python writes hashes as bytes. */
function textOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (typeof value === 'bigint') return String(value)
  // Of a larger one the last digits are lost, and it would be somebody else's.
  if (typeof value === 'number') return Math.abs(value) < 2 ** 53 ? String(value) : undefined
  return typeof value === 'string' ? value : undefined
}

/** In double quotes SQLite might take a missing column for a text. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
