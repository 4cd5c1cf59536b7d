import { open } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
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
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0)
    if (buffer.toString('latin1', 0, bytesRead) === 'SQLite format 3\0') {
      yield* fromDatabase(file, names)
      return
    }
    yield* fromLines(handle.readLines({ start: 0 }), names)
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

async function* fromLines(
  lines: AsyncIterable<string>,
  { idColumn, hashColumn }: ForeignNames,
): AsyncGenerator<ForeignAccount> {
  let number = 0
  let columns: { id: number; hash: number } | undefined
  for await (const raw of lines) {
    number += 1
    const line = raw.replace(/^\ufeff/, '').trim()
    if (line === '') continue
    const place = `line ${number}`
    if (line.startsWith('{')) {
      const { [idColumn]: id, [hashColumn]: hash } = readObject(line)
      yield { place, id: textOf(id), hash: textOf(hash) }
      continue
    }
    const fields = splitFields(line)
    const header = { id: fields.indexOf(idColumn), hash: fields.indexOf(hashColumn) }
    if (number === 1 && header.id >= 0 && header.hash >= 0) {
      columns = header
      continue
    }
    // Without a header the hash is all the rest, as argon2 hashes hold commas.
    const hash = columns ? fields[columns.hash] : fields.slice(1).join(',')
    yield { place, id: fields[columns?.id ?? 0], hash }
  }
}

function readObject(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** One line of CSV (RFC 4180). */
function splitFields(line: string): string[] {
  const fields = `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)
  return Array.from(fields, ([, inQuotes, plain]) => {
    return inQuotes?.replaceAll('""', '"') ?? plain?.trim() ?? ''
  })
}

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
