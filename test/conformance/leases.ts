import assert from 'node:assert/strict'
import { type Lease, LeaseLost } from '../../server/src/store/lease.ts'
import type { Store } from '../../server/src/store/store.ts'

export const hour = 3_600_000

/** Takes a lease that is free, or prolongs it. */
export async function take({ leases }: Store, holder = 'one', ms = hour): Promise<Lease> {
  const lease = await leases.take('a name', holder, ms)
  assert.ok(lease, 'the lease is free')
  return lease
}

/** Whether something can be written under a lease. */
export async function isHeld({ log }: Store, lease: Lease): Promise<boolean> {
  try {
    await log.moveCursor(lease, 0)
    return true
  } catch (error) {
    assert.ok(error instanceof LeaseLost)
    return false
  }
}
