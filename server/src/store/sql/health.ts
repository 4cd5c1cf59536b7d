import type { DatabaseTrouble } from '../database-trouble.ts'

/** What work has met last: a full disk shows to nobody but to whoever writes. */
export interface Health {
  /** Null while all that was tried got through. */
  readonly met: DatabaseTrouble | null
  /** Work could not be done. */
  failed(trouble: DatabaseTrouble): void
  /** Something was written: whatever it was is over. */
  wrote(): void
}

export function createHealth(): Health {
  let met: DatabaseTrouble | null = null
  return {
    get met() {
      return met
    },
    failed(trouble) {
      // What was read from a damaged database is worth nothing, whatever goes well afterwards.
      if (met !== 'damaged') met = trouble
    },
    wrote() {
      if (met !== 'damaged') met = null
    },
  }
}
