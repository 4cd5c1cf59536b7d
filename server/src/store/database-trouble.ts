import { resolve } from 'node:path'
import { OperatorError } from '../operator-error.ts'

/**
 * Why a database cannot do its work, in words that `/readyz`, the log and `doctor` share: what it means,
 * and what to do about it.
 */
export const databaseTroubles = {
  away: 'it does not answer; the gate goes on as soon as it does',
  locked: 'another program keeps it locked',
  crowded: 'it has no connection left; raise its max_connections, or end what keeps them',
  full: 'its disk is full; make room, and the gate goes on by itself',
  failing: 'its disk cannot be read or written; look at the machine’s own log',
  read_only: 'it is read-only; let the gate’s user write there, or name the primary server',
  damaged: 'it is damaged; stop the gate and restore a backup',
  replaced: 'its file was moved, removed or replaced under the running gate; restart the gate',
  not_allowed: 'its user lacks rights that the gate needs; make it the owner of the tables',
  no_access: 'this user is not let in',
  untrusted:
    'its TLS certificate is not trusted; name its authority by sslrootcert= in DATABASE_URL',
  pooled:
    'a pooler before it gives each statement another connection; set its pool_mode to transaction',
  absent: 'there is no such database; make it: createdb',
  missing: 'no gate has used it yet; name the right one, or make its tables: qrgate migrate',
  outdated: 'its tables are not up to date; run: qrgate migrate',
  newer: 'a newer version of QRGate has used it; install that version again',
  foreign: 'it belongs to another program',
} as const satisfies Record<string, string>

export type DatabaseTrouble = keyof typeof databaseTroubles

/** A database that could not be opened; the message is one sentence for whoever runs the gate. */
export class UnusableDatabase extends OperatorError {
  readonly trouble: DatabaseTrouble
  /** The same without saying which database. */
  readonly why: string

  /**
   * @param databaseUrl as it was set; its password is not told.
   * @param detail what the database or the system itself has said.
   */
  constructor(trouble: DatabaseTrouble, databaseUrl: string, detail?: string) {
    const said = detail ? ` (${detail.replaceAll(/\s+/g, ' ').trim()})` : ''
    const why = `${databaseTroubles[trouble]}${said}`
    const isFile = databaseUrl.startsWith('sqlite:')
    const settings = isFile ? 'QRGATE_DATA_DIR or DATABASE_URL' : 'DATABASE_URL'
    super(`The database ${databaseName(databaseUrl)} (${settings}) cannot be used: ${why}.`)
    this.trouble = trouble
    this.why = why
  }
}

/** What may be over in a moment, without anybody's help. */
export type PassingTrouble = 'away' | 'locked' | 'crowded'

export function isPassing(trouble: DatabaseTrouble): trouble is PassingTrouble {
  return trouble === 'away' || trouble === 'locked' || trouble === 'crowded'
}

function nameOfFile(path: string): string {
  return path === ':memory:' ? 'in memory' : resolve(path)
}

/** Which database an address names, for a person to read: without its password and its options. */
export function databaseName(databaseUrl: string): string {
  const url = databaseUrl.startsWith('sqlite:') ? null : URL.parse(databaseUrl)
  if (url === null) return nameOfFile(databaseUrl.replace(/^sqlite:/, ''))
  const user = url.username && `${url.username}@`
  return `${url.protocol}//${user}${url.host}${url.pathname}`
}
