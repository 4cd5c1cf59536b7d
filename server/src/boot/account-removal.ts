import { randomBytes } from 'node:crypto'
import type { AccountAdmin } from '../accounts/account-admin.ts'
import { createErasure, type Erasure } from '../accounts/erasure.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { createKiosks } from '../kiosks/kiosks.ts'
import type { Actor } from '../protocol/log-event.ts'
import { createAccountRemoval, type RemoveAccount } from '../signin/account-removal.ts'
import { createMoves } from '../signin/moves.ts'
import type { Account } from '../store/account.ts'
import type { Store } from '../store/store.ts'
import { noteRemovedAccount, readRemovedAccounts } from './removed-accounts.ts'

export interface RemovalNeeds {
  store: Store
  accounts: Pick<AccountAdmin, 'disable'>
  config: Config
  clock: Clock
}

/**
 * Removes an account for good, beside running gates: they see in the rows what has ended, within a second.
 * That it is removed is noted beside the data first.
 * @throws like {@link createAccountRemoval}; OperatorError where nothing can be noted.
 */
export async function removeAccountForGood(
  { key }: Pick<Account, 'key'>,
  by: Actor,
  needs: RemovalNeeds,
): Promise<void> {
  noteRemovedAccount(needs.config.dataDir, { account: key, at: needs.clock() })
  await removalAt(needs)({ key }, by)
}

/**
 * The same for an account whose owner has asked for it a week ago: what they had begun ended then.
 * @throws OperatorError where nothing can be noted.
 */
export async function removeDueAccount(
  { key }: Pick<Account, 'key'>,
  by: Actor,
  needs: Omit<RemovalNeeds, 'accounts'>,
): Promise<void> {
  noteRemovedAccount(needs.config.dataDir, { account: key, at: needs.clock() })
  await erasureAt(needs).eraseDue({ key }, by)
}

/**
 * Removes those accounts once more that an older database has brought back, as was noted beside the data.
 * @returns how many they were.
 */
export async function removeAgain(by: Actor, needs: RemovalNeeds): Promise<number> {
  const remove = removalAt(needs)
  let count = 0
  for (const { account: key } of readRemovedAccounts(needs.config.dataDir)) {
    const account = await needs.store.accounts.byKey(key)
    if (!account || account.removedAt !== null) continue
    await remove(account, by)
    count += 1
  }
  return count
}

function erasureAt({ store, clock }: Pick<RemovalNeeds, 'store' | 'clock'>): Erasure {
  const { accounts: records, subjects } = store
  return createErasure({ records, subjects, clock, randomBytes })
}

function removalAt({ store, accounts, config, clock }: RemovalNeeds): RemoveAccount {
  const { signIns, handOffs } = store
  const { timings, handOffTimings } = config
  const kiosks = createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
  const nobodyHears = { publish: () => {} }
  const moves = createMoves({ signIns, bus: nobodyHears, clock, kiosks, timings })
  return createAccountRemoval({
    accounts,
    erasure: erasureAt({ store, clock }),
    signIns,
    handOffs,
    moves,
    clock,
    timings: handOffTimings,
    onChanged: () => {},
  })
}
