import { hash } from 'node:crypto'

/** What a row of the log says, as its columns keep it. Null where there is nothing, or no longer. */
export interface LogFields {
  at: number | null
  event: string | null
  actorKind: string | null
  actor: string | null
  address: string | null
  subjectKind: string | null
  subject: string | null
  kiosk: number | null
  account: string | null
  detail: string | null
}

/** The order in which form 1 seals the fields. */
export const logFields = [
  'at',
  'event',
  'actorKind',
  'actor',
  'address',
  'subjectKind',
  'subject',
  'kiosk',
  'account',
  'detail',
] as const satisfies (keyof LogFields)[]

/** The form of rows that are written today; each row keeps the number of its own. */
export const logForm = 1

/** What the first row's seal continues. */
export const firstSeal = Buffer.alloc(32).toString('base64url')

const nothing = Buffer.from('ffffffff', 'hex')

/**
 * SHA-256 over salt and fields in form 1, base64url: the salt's bytes, then the form and each field in
 * the order of {@link logFields} as UTF-8 text, each behind its length in four bytes, or `ffffffff` for null.
 * docs/log.md has vectors.
 * @param salt base64url.
 * @returns null for a form that this version does not know.
 */
export function logDigest(form: number, salt: string, fields: LogFields): string | null {
  if (form !== 1) return null
  // Put together first: each call into the hash costs more than a field.
  const parts: Buffer[] = [Buffer.from(salt, 'base64url')]
  for (const field of [form, ...logFields.map(name => fields[name])]) {
    if (field === null) {
      parts.push(nothing)
      continue
    }
    const bytes = Buffer.from(`${field}`)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    parts.push(length, bytes)
  }
  return hash('sha256', Buffer.concat(parts), 'base64url')
}

/**
 * SHA-256 over the seal before, the position in eight bytes and the digest, base64url: whoever knows
 * one seal has all that came before it in hand.
 */
export function logSeal(previous: string, position: number, digest: string): string {
  const place = Buffer.alloc(8)
  place.writeBigUInt64BE(BigInt(position))
  const parts = [Buffer.from(previous, 'base64url'), place, Buffer.from(digest, 'base64url')]
  return hash('sha256', Buffer.concat(parts), 'base64url')
}
