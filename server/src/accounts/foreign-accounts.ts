import { open } from 'node:fs/promises'
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
}

/** What the other system called its table and columns. */
export interface ForeignNames {
  table: string
  idColumn: string
  hashColumn: string
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
    throw new OperatorError(`${file} cannot be read: ${error.message}`)
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0)
    const start = buffer.toString('utf8', 0, bytesRead)
    if (start.startsWith('SQLite format 3\0')) yield* fromDatabase(file, names)
    else if (/^\ufeff?\s*\{/.test(start)) yield* fromObjects(handle.readLines({ start: 0 }), names)
    else yield* fromCsv(file, handle.createReadStream({ start: 0 }), names)
  } finally {
    await handle.close()
  }
}

function* fromDatabase(file: string, names: ForeignNames): Generator<ForeignAccount> {
  const database = new DatabaseSync(file, { readOnly: true })
  const [table, id, hash] = [names.table, names.idColumn, names.hashColumn].map(quoted)
  try {
    const rows = database.prepare(`select ${id} as id, ${hash} as hash from ${table}`).iterate()
    let number = 0
    for (const row of rows) {
      number += 1
      yield { place: `row ${number}`, id: textOf(row.id), hash: textOf(row.hash) }
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

/** One JSON object a line; a line that is none breaks no other. */
async function* fromObjects(
  lines: AsyncIterable<string>,
  { idColumn, hashColumn }: ForeignNames,
): AsyncGenerator<ForeignAccount> {
  let number = 0
  for await (const raw of lines) {
    number += 1
    const line = raw.replace(/^\ufeff/, '').trim()
    if (line === '') continue
    const { [idColumn]: id, [hashColumn]: hash } = readObject(line)
    yield { place: `line ${number}`, id: textOf(id), hash: textOf(hash) }
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
  { idColumn, hashColumn }: ForeignNames,
): AsyncGenerator<ForeignAccount> {
  // Whatever ends the pipeline also ends the loop below.
  const records: AsyncIterable<InfoRecord> = pipeline(stream, parse(csv), () => {})
  let columns: { id: number; hash: number } | undefined
  let countedTwice = 0
  try {
    for await (const { info, record } of records) {
      // csv-parse 7.0.3 takes CR LF within a field for two line ends.
      countedTwice += record.join('').split('\r\n').length - 1
      const header = { id: record.indexOf(idColumn), hash: record.indexOf(hashColumn) }
      if (info.records === 1 && header.id >= 0 && header.hash >= 0) {
        columns = header
        continue
      }
      // Without a header the hash is all the rest, as argon2 hashes hold commas.
      const hash = columns ? record[columns.hash] : record.slice(1).join(',')
      yield { place: `line ${info.lines - countedTwice}`, id: record[columns?.id ?? 0], hash }
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

/** Ids may be numbers, and Python writes hashes as bytes. */
function textOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value : undefined
}

/** In double quotes SQLite might take a missing column for a text. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
