/**
 * Why the database cannot do its work, in words that `/readyz`, the log and whoever starts reception share:
 * what it means, and what to do about it.
 */
export const troubles = {
  locked: 'another program keeps it locked',
  full: 'its disk is full; make room, and reception goes on by itself',
  failing: 'its disk cannot be read or written; look at the machine’s own log',
  read_only: 'it is read-only; let reception’s user write there',
  damaged: 'it is damaged; stop reception and restore a backup',
  replaced:
    'its file was moved, removed or replaced under the running reception; restart reception',
  no_access: 'this user is not let in',
  missing: 'no reception has used it yet; say it where reception is started',
  newer: 'a newer version of reception has used it; install that version again',
  foreign: 'it belongs to another program',
} as const satisfies Record<string, string>

export type TroubleKind = keyof typeof troubles

/** Something outside of reception is wrong; the message says it all, and a stack would help nobody. */
export class Trouble extends Error {}

/** As a line of the log has it. */
export function about(error: unknown): object {
  return error instanceof Trouble ? { why: error.message } : { err: error }
}

/** The database cannot be used; the message is one sentence for whoever runs reception. */
export class DatabaseTrouble extends Trouble {
  readonly kind: TroubleKind
  /** The same without saying which database. */
  readonly why: string

  /** @param detail what SQLite or the system itself has said. */
  constructor(kind: TroubleKind, path: string, detail?: string) {
    const said = detail ? ` (${detail.replaceAll(/\s+/g, ' ').trim()})` : ''
    const why = `${troubles[kind]}${said}`
    super(`The database ${path} (RECEPTION_DATA_DIR) cannot be used: ${why}.`)
    this.kind = kind
    this.why = why
  }
}

/** Primary result codes (https://sqlite.org/rescode.html), and codes of the system. */
const kinds: Record<string | number, TroubleKind> = {
  ...{ 5: 'locked', 6: 'locked', 8: 'read_only', 10: 'failing', 11: 'damaged', 13: 'full' },
  ...{ 14: 'no_access', 26: 'damaged', EROFS: 'read_only', EIO: 'failing' },
  ...{ ENOSPC: 'full', EDQUOT: 'full', EACCES: 'no_access', EPERM: 'no_access' },
  ...{ ENOENT: 'no_access', ENOTDIR: 'no_access', EISDIR: 'no_access', ELOOP: 'no_access' },
}

/** An error of SQLite or of the system in a sentence; any other is returned as it is. */
export function inWords(error: unknown, path: string): unknown {
  const { errcode, code, message } = error as Error & { errcode?: number; code?: string }
  const kind = errcode === undefined ? kinds[code ?? ''] : kinds[errcode & 0xff]
  return kind === undefined ? error : new DatabaseTrouble(kind, path, message)
}
