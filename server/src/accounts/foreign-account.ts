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

/** What stands in the columns, of whatever kind. */
type Values = Partial<Record<'id' | 'hash' | 'name' | 'externalId', unknown>>

export function accountOf(place: string, { id, hash, name, externalId }: Values): ForeignAccount {
  return {
    place,
    id: textOf(id),
    // No hash of any kind begins or ends with white space.
    hash: textOf(hash)?.trim(),
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
