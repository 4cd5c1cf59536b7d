import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { CsvError, type Info, type Options, parse } from 'csv-parse'
import { OperatorError } from '../operator-error.ts'
import { accountOf, type ForeignAccount } from './foreign-account.ts'
import {
  type Columns,
  columnsIn,
  type ForeignNames,
  nameColumnIn,
  requireSureId,
  toldColumns,
  wantedColumns,
} from './foreign-columns.ts'
import { fromDatabase } from './foreign-database.ts'

/** How an SQLite file begins (https://sqlite.org/fileformat.html §1.3), also one that is cut short. */
const sqlite = 'SQLite format 3\0'
/** What stands in no text, UTF-16 read as UTF-8 included. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const binary = /[\0-\x08\x0e-\x19\x1c-\x1f]/

/**
 * The accounts in a file: an SQLite database, a CSV file, or one JSON object a line.
 * @param told where in it they are found.
 * @throws OperatorError when the file or what should be in it is missing, damaged or in use.
 */
export async function* foreignAccounts(
  file: string,
  names: ForeignNames,
  told: (taken: string) => void = () => {},
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
    if (start === '') throw new OperatorError(`${file} is empty.`)
    if (start.startsWith(sqlite.slice(0, Math.max(start.length, 6)))) {
      yield* fromDatabase(file, names, told)
    } else if (binary.test(start)) {
      throw new OperatorError(
        `${file} is no SQLite database, and no text in UTF-8 with CSV or a JSON object a line.`,
      )
    } else if (/^\ufeff?\s*\[\s*\{/.test(start)) {
      throw new OperatorError(`${file} is one JSON array; write its objects one a line.`)
    } else if (/^\ufeff?\s*\{/.test(start)) yield* fromObjects(file, handle, names, told)
    else yield* fromCsv(file, handle.createReadStream({ start: 0 }), names, told)
  } finally {
    await handle.close()
  }
}

/** One JSON object a line; a line that is none breaks no other. */
async function* fromObjects(
  file: string,
  handle: FileHandle,
  names: ForeignNames,
  told: (taken: string) => void,
): AsyncGenerator<ForeignAccount> {
  const { externalIdColumn = '' } = names
  await requireInSome(file, handle, askedFor(names))
  const said = new Set<string>()
  for await (const [number, object] of objectsIn(handle)) {
    const present = { has: (name: string) => Object.hasOwn(object, name) }
    const columns = columnsIn(present, names)
    const nameColumn = columns && nameColumnIn(present, columns, names)
    if (columns) {
      requireSureId(file, columns, Object.keys(object), names)
      const read = `fields ${toldColumns(columns, nameColumn)}`
      if (!said.has(read)) told(read)
      said.add(read)
    }
    yield accountOf(`line ${number}`, {
      id: columns && object[columns.id],
      hash: columns && object[columns.hash],
      name: nameColumn === undefined ? '' : object[nameColumn],
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
  told: (taken: string) => void,
): AsyncGenerator<ForeignAccount> {
  const { externalIdColumn = '' } = names
  const asked = askedFor(names)
  // Whatever ends the pipeline also ends the loop below.
  const records: AsyncIterable<InfoRecord> = pipeline(stream, parse(csv), () => {})
  let header: string[] | undefined
  let columns: Columns | undefined
  let nameColumn: string | undefined
  let countedTwice = 0
  try {
    for await (const { info, record } of records) {
      // csv-parse 7.0.3 takes CR LF within a field for two line ends.
      countedTwice += record.join('').split('\r\n').length - 1
      if (info.records === 1) {
        requireCommas(file, record)
        columns = columnsIn(new Set(record), names)
        const { id, hash } = columns ?? wantedColumns(names)
        const wanted = [id, hash, ...asked]
        const missing = wanted.filter(name => !record.includes(name))
        if (asked.length > 0 && missing.length > 0) {
          throw new OperatorError(`${file}: its first line names no "${missing.join('", "')}".`)
        }
        if (missing.length === 0) {
          requireSureId(file, { id, hash }, record, names)
          nameColumn = nameColumnIn(new Set(record), { id, hash }, names)
          told(`columns ${toldColumns({ id, hash }, nameColumn)}`)
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
        name: field(nameColumn ?? ''),
        externalId: field(externalIdColumn),
      })
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new OperatorError(`${file}: ${error.message}. Mend it and import it again.`)
  }
}

/** Spreadsheets of many countries write others, and then all of a row would be an id. */
function requireCommas(file: string, [first = '', ...more]: readonly string[]): void {
  const [other] = more.length === 0 ? (/[;\t]/.exec(first) ?? []) : []
  if (other === undefined) return
  const sign = other === ';' ? 'semicolons' : 'tabs'
  throw new OperatorError(`${file}: its columns are separated by ${sign}; save it with commas.`)
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
  return [nameColumn === 'none' ? undefined : nameColumn, externalIdColumn].filter(
    name => name !== undefined,
  )
}
