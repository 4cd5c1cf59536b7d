import { randomBytes, randomUUID } from 'node:crypto'
import { requireAccountId } from '../../server/src/accounts/account-id.ts'
import { createErasure } from '../../server/src/accounts/erasure.ts'
import { createClock } from '../../server/src/clock.ts'
import { createKiosks } from '../../server/src/kiosks/kiosks.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import type { Account } from '../../server/src/store/account.ts'
import type { Kiosk } from '../../server/src/store/kiosk.ts'
import type { Store } from '../../server/src/store/store.ts'
import { inBatches } from './in-batches.ts'
import { patiently } from './patience.ts'

/*
 * What a gate finds in its database, put there beside it.
 */

const clock = createClock()

/** Erases accounts beside the gate. */
export function erasureIn({ accounts: records, subjects }: Store, now = clock) {
  return createErasure({ records, subjects, clock: now, randomBytes })
}

/** Adds a kiosk that starts with a credential. */
export async function enrolIn(
  store: Store,
  name: string,
): Promise<{ row: Kiosk; credential: string }> {
  const kiosks = createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
  const { kiosk: row, credential } = await kiosks.enrol({ ko: name, en: name }, system)
  return { row, credential }
}

/** Adds accounts with hashes that were made before. */
export async function addAccountsTo(
  store: Store,
  accounts: readonly Pick<Account, 'id' | 'name' | 'passwordHash'>[],
): Promise<void> {
  // All at once they would wait for a connection for longer than a store has patience.
  await inBatches(accounts, 8, ({ id: typed, name, passwordHash }) => {
    const { id, key: idKey, skeleton: idSkeleton } = requireAccountId(typed)
    const key = randomUUID()
    const next = {
      key,
      id,
      idKey,
      idSkeleton,
      name,
      passwordHash,
      epoch: 0,
      recoveryHash: null,
      recoveryExpiresAt: null,
      consentVersion: null,
      consentedAt: null,
      subjectSeed: key.repeat(2),
      externalId: null,
      disabledAt: null,
      removedAt: null,
      deleteAt: null,
      createdAt: clock(),
    }
    return patiently(() => store.accounts.update(key, () => ({ next, events: [], quiet: true })))
  })
}
