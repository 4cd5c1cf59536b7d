import assert from 'node:assert/strict'
import { firstSeal, logDigest, logSeal } from '../../server/src/protocol/log-form.ts'
import type { LogRow, SealedRow } from '../../server/src/store/log.ts'
import type { Store } from '../../server/src/store/store.ts'
import { hang } from './patience.ts'

/** Seals whatever waits, as the one sealer does. */
export async function sealAll({ leases, log }: Store, limit = 500): Promise<void> {
  const lease = await leases.take('sealer', 'the only one', hang)
  assert.ok(lease)
  while ((await log.seal(lease, limit)) >= limit);
}

/** The whole log in order, each digest and each seal made again and compared. */
export async function provenLog({ log }: Store): Promise<SealedRow[]> {
  const rows: SealedRow[] = []
  let seal = firstSeal
  for (;;) {
    const page = await log.after(rows.length, 1_000)
    for (const row of page) {
      requireDigest(row)
      assert.equal(row.position, rows.length + 1, 'no gap')
      seal = logSeal(seal, row.position, row.digest)
      assert.equal(row.seal, seal)
      rows.push(row)
    }
    if (page.length === 0) return rows
  }
}

export function requireDigest({ form, salt, digest, ...fields }: LogRow): void {
  assert.ok(salt)
  assert.equal(logDigest(form, salt, fields), digest)
}
