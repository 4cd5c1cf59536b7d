import type { AccountAdmin } from '../accounts/account-admin.ts'
import type { Erasure } from '../accounts/erasure.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { HandOffTimings } from '../protocol/hand-off.ts'
import type { Actor } from '../protocol/log-event.ts'
import type { Account } from '../store/account.ts'
import type { HandOffRecords } from '../store/hand-off.ts'
import type { SignIns } from '../store/sign-ins.ts'
import { cancelsUnlessOver } from './cancelled-hand-off.ts'
import type { Moves } from './moves.ts'

export interface AccountEndingParts {
  signIns: Pick<SignIns, 'openOf'>
  handOffs: Pick<HandOffRecords, 'openOf' | 'update'>
  moves: Pick<Moves, 'takeStored'>
  clock: Clock
  timings: HandOffTimings
  /** Something happened to a hand-off; nobody waits for it. */
  onChanged(id: string): void
}

/** Ends what the owner of an account that was disabled has begun, together with what was asked for there. */
export type EndAccount = (account: Pick<Account, 'key'>, by: Actor) => Promise<void>

export interface AccountRemovalParts extends AccountEndingParts {
  accounts: Pick<AccountAdmin, 'disable'>
  erasure: Pick<Erasure, 'erase'>
}

/**
 * Removes an account for good. In this order: nobody signs in with it any more, what its owner has begun
 * ends together with what was asked for there, numbers of earlier visits are cancelled, and then it is
 * erased, of which its clients are told. What breaks off in the middle is done again from the start.
 * @throws Refusal `account_unusable` where there is no such account, or it was removed before.
 */
export type RemoveAccount = (account: Pick<Account, 'key'>, by: Actor) => Promise<void>

export function createAccountEnding(parts: AccountEndingParts): EndAccount {
  const { signIns, handOffs, moves } = parts

  return async ({ key }, by) => {
    const cancels = cancelsUnlessOver('account', by, parts)
    for (const id of await signIns.openOf({ account: key })) {
      const step = { type: 'cancel', reason: 'account', actor: by } as const
      await moves
        .takeStored(id, step, ({ handOff }) =>
          handOff === null ? {} : { handOffs: new Map([[handOff, cancels]]) },
        )
        .catch(unlessOver)
    }
    for (const id of await handOffs.openOf(key)) {
      await handOffs.update(id, cancels)
      parts.onChanged(id)
    }
  }
}

export function createAccountRemoval({
  accounts,
  erasure,
  ...parts
}: AccountRemovalParts): RemoveAccount {
  const end = createAccountEnding(parts)

  return async (account, by) => {
    await accounts.disable(account, by)
    await end(account, by)
    await erasure.erase(account, by)
  }
}

/** Between the look and the step it may have been finished otherwise. */
function unlessOver(error: unknown): void {
  if (!(error instanceof Refusal) || error.status === 503) throw error
}
