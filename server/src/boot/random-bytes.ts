import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4096)
let taken = pool.length

/**
 * Random bytes from the CSPRNG, of which 4 KiB are fetched at once, as node:crypto does for its UUIDs: a call
 * for each start costs as much as its MACs. What was given away is erased here.
 */
export function randomBytes(size: number): Buffer {
  if (size > pool.length) return randomFillSync(Buffer.alloc(size))
  if (taken + size > pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  const [start, end] = [taken, taken + size]
  taken = end
  const bytes = Buffer.from(pool.subarray(start, end))
  pool.fill(0, start, end)
  return bytes
}
