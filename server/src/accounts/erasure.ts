import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Actor, LogEvent } from '../protocol/log-event.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import { unchanged } from '../store/change.ts'
import type { Subject, SubjectRecords } from '../store/subject.ts'
import { accountEvent } from './account-event.ts'
import { erasedColumns } from './erased-account.ts'

export interface ErasureParts {
  records: Pick<AccountRecords, 'update'>
  subjects: Pick<SubjectRecords, 'of'>
  clock: Clock
  randomBytes(size: number): Uint8Array
}

/** The end of an account. @throws Refusal `account_unusable` where there is none. */
export interface Erasure {
  /**
   * Leaves nothing of it but its key, so that whatever knows the key finds nobody: its id is free at once, and
   * no `sub` leads to it. The log tells each client that knew one, which is how it is notified. What the person
   * is doing just now is not ended; see signin/account-removal.ts.
   * @param account is disabled already, so that no client is told of it any more.
   */
  erase(account: Pick<Account, 'key'>, by: Actor): Promise<void>
  /** The same where its owner has asked for it a week ago, and nobody has enabled it since. */
  eraseDue(account: Pick<Account, 'key'>, by: Actor): Promise<void>
}

export function createErasure({ records, subjects, clock, randomBytes }: ErasureParts): Erasure {
  const erase = async (
    key: string,
    actor: Actor,
    isMeant: (old: Account, now: number) => boolean,
  ): Promise<void> => {
    const at = clock()
    const columns = erasedColumns(key, at, randomBytes)
    const told = await subjects.of(key)
    await records.update(key, old => {
      if (!old) throw new Refusal('account_unusable')
      if (old.removedAt !== null || !isMeant(old, at)) return unchanged(old)
      const events = told.map(subject => goneEvent(subject, at, actor))
      return {
        next: { ...old, ...columns },
        events: [accountEvent(key, 'account.removed', at, { actor }), ...events],
      }
    })
  }

  return {
    erase: ({ key }, actor) => erase(key, actor, () => true),
    eraseDue: ({ key }, actor) =>
      erase(key, actor, ({ deleteAt }, now) => deleteAt !== null && deleteAt <= now),
  }
}

/** It names no account: so the log does not say whose `sub` it was. */
function goneEvent({ client, sub }: Subject, at: number, actor: Actor): LogEvent {
  return {
    ...{ event: 'account.deleted', at, actor, detail: { client } },
    subject: { kind: 'sub', id: sub },
  }
}
