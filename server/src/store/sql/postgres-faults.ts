import type pg from 'pg'
import { type DatabaseTrouble, type PassingTrouble, UnusableDatabase } from '../database-trouble.ts'

/**
 * What is over by itself (https://www.postgresql.org/docs/current/errcodes-appendix.html): a server that
 * starts or stops, and a connection that broke …
 */
const away = /^(57P0[1-5]|25P03|08...)$/
/** … the same in the words of the system and of pg … */
const broken = /^(EMFILE|ENFILE|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/
const cut = /^(Connection terminated|timeout exceeded|Query read timeout|Client (has|was))/
/** … a server, a database or a role that may have no connection more … */
const crowded = '53300'
/** … conflicts, locks, and statements that took too long. */
const locked = /^(40001|40P01|55P03|57014)$/

const troubles: readonly [RegExp, DatabaseTrouble][] = [
  [/^25006$/, 'read_only'],
  [/^53[12]00$/, 'full'],
  [/^58030$/, 'failing'],
  [/^XX00[12]$/, 'damaged'],
  [/^42501$/, 'not_allowed'],
  [/^42P01$/, 'missing'],
  [/^3D000$/, 'absent'],
  [/^28/, 'no_access'],
]

const tls =
  /certificate|self.signed|SSL|TLS|CERT_|ERR_TLS|unable to (get|verify)|does not support SSL/i

export function passingOf(error: unknown): PassingTrouble | null {
  const { code = '', message = '', constraint = '' } = error as Partial<pg.DatabaseError>
  // Two first writes of the same row: the second one will find the first.
  if (code === '23505') return constraint.endsWith('_pkey') ? 'locked' : null
  if (locked.test(code)) return 'locked'
  if (code === crowded) return 'crowded'
  return away.test(code) || broken.test(code) || cut.test(message) ? 'away' : null
}

export function postgresTrouble(error: unknown): DatabaseTrouble | null {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string }
  if (/statement pooling/.test(message)) return 'pooled'
  // pg's own words where the server wants a password and the address has none.
  if (/^SASL: .*password must be/.test(message)) return 'no_access'
  return troubles.find(([codes]) => codes.test(code))?.[1] ?? null
}

/** Why it could not be opened, in a sentence; what is no fault of its is returned as it is. */
export function openingFault(error: unknown, url: string): unknown {
  if (error instanceof UnusableDatabase || !(error instanceof Error)) return error
  // Where a name has several addresses, Node says nothing itself but what each of them said.
  const [first = error] = error instanceof AggregateError ? error.errors : []
  // Node adds advice for whoever starts Node.
  const [detail = ''] = (error.message || first.message).split('; if the root CA', 1)
  const { code = '' } = first as { code?: string }
  if (/does not support SSL/.test(detail)) return new UnusableDatabase('no_access', url, detail)
  const isTls = tls.test(code) || (!/^[0-9A-Z]{5}$/.test(code) && tls.test(detail))
  const trouble = isTls ? 'untrusted' : (postgresTrouble(first) ?? passingOf(first))
  return trouble === null ? error : new UnusableDatabase(trouble, url, detail)
}
