import { randomBytes } from 'node:crypto'
import type { AccountAdmin } from '../accounts/account-admin.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { createKiosks } from '../kiosks/kiosks.ts'
import type { Actor } from '../protocol/log-event.ts'
import { createAccountRemoval } from '../signin/account-removal.ts'
import { createMoves } from '../signin/moves.ts'
import type { Account } from '../store/account.ts'
import type { Store } from '../store/store.ts'
import { noteRemovedAccount } from './removed-accounts.ts'

export interface RemovalNeeds {
  store: Store
  accounts: Pick<AccountAdmin, 'disable' | 'erase'>
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
  { store, accounts, config, clock }: RemovalNeeds,
): Promise<void> {
  const { signIns, handOffs } = store
  const { timings, handOffTimings, dataDir } = config
  const kiosks = createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
  const nobodyHears = { publish: () => {} }
  const moves = createMoves({ signIns, bus: nobodyHears, clock, kiosks, timings })
  const remove = createAccountRemoval({
    accounts,
    signIns,
    handOffs,
    moves,
    clock,
    timings: handOffTimings,
    onChanged: () => {},
  })
  noteRemovedAccount(dataDir, { account: key, at: clock() })
  await remove({ key }, by)
}
