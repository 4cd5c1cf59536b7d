import { tryLasts } from '../../server/src/webhooks/post.ts'

/** No wait between two tries, whatever chance adds to it, is longer than this and shorter than a try. */
const longestShortWait = 6_250

/**
 * Whether something is being sent to a client just now: its row says till when that may last, by a clock
 * that was read a moment before the row was written.
 */
export function isUnderWay(row: { nextTryAt: number | null; updatedAt: number }): boolean {
  const wait = (row.nextTryAt ?? row.updatedAt) - row.updatedAt
  return wait > longestShortWait && wait <= tryLasts
}
