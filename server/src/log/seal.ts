import type { LogRecords } from '../store/log.ts'
import { type LeasedParts, workUnderLease } from './under-lease.ts'

/** Rows that are sealed in one transaction. */
const batch = 100

/**
 * Gives events their order. Neither row numbers nor transaction ids are in the order in which
 * transactions commit, so whoever followed them would lose events; and a chain inside each change
 * would make all changes of all nodes wait for each other. So one node after the other takes what is
 * committed, at most four times a second, and without a pause while much is waiting.
 * @returns how to stop.
 */
export function startSealer(parts: LeasedParts & { log: LogRecords }): () => Promise<void> {
  const { log } = parts
  return workUnderLease(parts, {
    name: 'sealer',
    pause: 250,
    due: () => log.unsealed(),
    work: async lease => (await log.seal(lease, batch)) === batch,
  })
}
