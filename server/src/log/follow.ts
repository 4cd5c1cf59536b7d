import type { LogRecords, SealedRow } from '../store/log.ts'
import { type LeasedParts, workUnderLease } from './under-lease.ts'

/** Somebody who is told all that happens. */
export interface Reader {
  /** Of its lease and its place in the log: no other lease has it, and no other reader ever. */
  name: string
  /**
   * Told each event at least once, in order, by one node at a time; again where it throws, and where
   * a node dies before its place is noted. Passes over words that it does not know. After a minute
   * another node goes on, too.
   */
  read(rows: readonly SealedRow[]): Promise<void>
}

/** Rows that are handed over at once. */
const batch = 100

/**
 * Lets a reader follow the log by `position`, a plain number that rises without gaps, on both engines
 * and after a restore alike.
 * @returns how to stop.
 */
export function follow(
  parts: LeasedParts & { log: LogRecords },
  { name, read }: Reader,
): () => Promise<void> {
  const { log } = parts
  /** How far the reader has come at least; another node may have taken it further. */
  let known = 0
  return workUnderLease(parts, {
    name,
    pause: 250,
    async due() {
      const { position } = await log.head()
      if (position <= known) return false
      known = await log.cursor(name)
      return position > known
    },
    async work(lease) {
      const rows = await log.after(await log.cursor(name), batch)
      const last = rows.at(-1)
      if (!last) return false
      await read(rows)
      await log.moveCursor(lease, last.position)
      known = last.position
      return rows.length === batch
    },
  })
}
