import { OperatorError } from '../operator-error.ts'

/** What the other system called its table and columns; the usual names are found by themselves. */
export interface ForeignNames {
  table?: string
  idColumn?: string
  hashColumn?: string
  /** Where it has one; `none` for what is not to be read, though it is plain where it stands. */
  nameColumn?: string
  externalIdColumn?: string
}

/** Where id and hash stand. */
export interface Columns {
  id: string
  hash: string
}

/** Those of the system that QRGate re-creates, and ours: many tables have an `id` that nobody types. */
const usualColumns: Columns[] = [
  { id: 'user_id', hash: 'user_pwd' },
  { id: 'id', hash: 'password' },
]
/** Where one of these stands beside it, `id` may only count rows. */
const betterIds = ['user_id', 'userid', 'username', 'user_name', 'login', 'login_id']

/** What a person is called and does not type: where one of these is there, it is read. */
const usualNames = ['name', 'user_name', 'full_name', 'fullname', 'display_name', 'displayname']

/** The column that holds names: the one that was said, or else one whose own name is plain. */
export function nameColumnIn(
  present: { has(name: string): boolean },
  { id, hash }: Columns,
  { nameColumn }: ForeignNames,
): string | undefined {
  if (nameColumn === 'none') return undefined
  if (nameColumn !== undefined) return nameColumn
  return usualNames.find(name => present.has(name) && name !== id && name !== hash)
}

/** What is said to be read, as whoever imports is told. */
export function toldColumns({ id, hash }: Columns, name: string | undefined): string {
  return `${id} and ${hash}${name === undefined ? '' : `, names from ${name}`}`
}

/** The columns that may hold id and hash: those that were said, else the usual ones. */
export function candidates({ idColumn, hashColumn }: ForeignNames): Columns[] {
  return usualColumns.map(({ id, hash }) => ({ id: idColumn ?? id, hash: hashColumn ?? hash }))
}

/** What is asked for where nothing fits: our own names, for whatever was not said. */
export function wantedColumns(names: ForeignNames): Columns {
  return { id: names.idColumn ?? 'id', hash: names.hashColumn ?? 'password' }
}

/** The columns among these names that hold id and hash, if any do. */
export function columnsIn(
  present: { has(name: string): boolean },
  names: ForeignNames,
): Columns | undefined {
  return candidates(names).find(({ id, hash }) => present.has(id) && present.has(hash))
}

/**
 * Only whoever knows the other system knows what people type there.
 * @param all what is there.
 * @throws OperatorError where nobody has said so and something else fits as well.
 */
export function requireSureId(
  file: string,
  columns: Columns,
  all: readonly string[],
  names: ForeignNames,
): void {
  if (names.idColumn !== undefined || columns.id !== 'id') return
  const others = othersOf(columns, all, names)
  const better = betterIds.find(name => others.includes(name))
  if (better === undefined) return
  throw new OperatorError(
    `${file}: is it "id" or "${better}" that people type to sign in? ` +
      `Say --id-column id or --id-column ${better}.`,
  )
}

/** What is there besides the columns that are read, in small letters. */
export function othersOf(
  columns: Columns,
  all: readonly string[],
  { nameColumn, externalIdColumn }: ForeignNames,
): string[] {
  const read = [columns.id, columns.hash, nameColumn, externalIdColumn].map(name =>
    name?.toLowerCase(),
  )
  return all.map(name => name.toLowerCase()).filter(name => !read.includes(name))
}
