import { Refusal } from '../errors.ts'
import type { Actor, LogEvent } from '../protocol/log-event.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import { unchanged } from '../store/change.ts'
import { accountEvent } from './account-event.ts'
import {
  type AccountField,
  type AccountFields,
  changedFields,
  requireFields,
} from './account-fields.ts'
import { accountIdKey, isAccountIdKey } from './account-id.ts'
import { erasedColumns } from './erased-account.ts'
import {
  type AdoptedAccount,
  createNewAccounts,
  type NewAccountsParts,
  operatorsShares,
  type PreparedAccount,
  passwordContext,
  type RegisteredAccount,
  type Registering,
} from './new-account.ts'
import { requireNewPassword } from './new-password.ts'

/** What is done with accounts while nobody signs in. */
export interface AccountAdmin {
  /** @throws Refusal naming what is wrong or taken, or `busy`. */
  register(account: RegisteredAccount, by: Actor, how?: Registering): Promise<Account>
  /**
   * An account from another system, with the hash made there; its first sign-in makes a new hash.
   * @throws Refusal naming what is wrong or taken.
   */
  adopt(account: AdoptedAccount, by: Actor): Promise<Account>
  /** Null when nobody has this id. */
  byId(id: string): Promise<Account | null>
  /**
   * Gives it another id, name or external id. Its key stays, and with it each `sub`, its usual places
   * and its sign-ins; the next claim tells what is new. A new id obeys the rules of any new one.
   * @returns what is another now; none where it was so already, and then nothing is written.
   * @throws Refusal naming what is wrong or taken.
   */
  change(account: Account, fields: AccountFields, by: Actor): Promise<AccountField[]>
  /** Ends what was begun with the old one: remembered phones. @throws Refusal naming what is wrong with it. */
  changePassword(account: Account, password: string, by: Actor): Promise<void>
  /** Takes effect at once: for the next sign-in, and for a claim of an earlier one. Ends remembered phones. */
  disable(account: Pick<Account, 'key'>, by: Actor): Promise<void>
  enable(account: Pick<Account, 'key'>, by: Actor): Promise<void>
  /**
   * Leaves nothing of it but its key, so that whatever knows the key finds nobody: its id is free at once,
   * and no `sub` leads to it. What the person is doing just now is not ended; see signin/account-removal.ts.
   */
  erase(account: Pick<Account, 'key'>, by: Actor): Promise<void>
}

export interface AccountAdminParts extends NewAccountsParts {
  records: AccountRecords
}

/** What becomes of an account, and what the log keeps of it. */
interface Difference extends Pick<LogEvent, 'event' | 'detail'> {
  columns: Partial<Account>
}

export function createAccountAdmin(parts: AccountAdminParts): AccountAdmin {
  const { records, passwords, siteNames, clock, randomBytes } = parts
  const newAccounts = createNewAccounts(parts)

  const add = async ({ account, add }: PreparedAccount) => {
    await records.update(account.key, add)
    return account
  }

  /**
   * Changes an account that is there. @param decide null where it is so already, which a broken
   * connection may have hidden.
   */
  const update = async (
    key: string,
    actor: Actor,
    decide: (old: Account) => Difference | null,
  ): Promise<AccountField[]> => {
    const at = clock()
    const { old, next } = await records.update(key, old => {
      if (!old || old.removedAt !== null) throw new Refusal('account_unusable')
      const difference = decide(old)
      if (difference === null) return unchanged(old)
      const { columns, event, detail } = difference
      return {
        next: { ...old, ...columns },
        events: [accountEvent(key, event, at, { actor, detail })],
      }
    })
    return changedFields(old ?? next, next)
  }

  return {
    register: async (account, actor, how = {}) =>
      add(await newAccounts.make(account, { actor }, how)),

    adopt: async (account, actor) =>
      add(newAccounts.adopted(account, { actor, detail: { from: 'import' } })),

    async byId(id) {
      const idKey = accountIdKey(id)
      return isAccountIdKey(idKey) ? records.byIdKey(idKey) : null
    },

    async change({ key }, wanted, by) {
      const columns = requireFields(wanted)
      return update(key, by, old => {
        const fields = changedFields(old, { ...old, ...columns })
        return fields.length > 0 ? { columns, event: 'account.changed', detail: { fields } } : null
      })
    },

    async changePassword({ key, id }, password, by) {
      const context = passwordContext(id, siteNames)
      const secret = await requireNewPassword(password, context, operatorsShares)
      const passwordHash = await passwords.hash(secret, operatorsShares)
      await update(key, by, old =>
        old.passwordHash === passwordHash
          ? null
          : {
              columns: { passwordHash, epoch: old.epoch + 1 },
              event: 'account.password_changed',
            },
      )
    },

    async disable({ key }, by) {
      const disabledAt = clock()
      await update(key, by, old =>
        old.disabledAt === null
          ? { columns: { disabledAt, epoch: old.epoch + 1 }, event: 'account.disabled' }
          : null,
      )
    },

    async enable({ key }, by) {
      const columns = { disabledAt: null }
      await update(key, by, old =>
        old.disabledAt === null ? null : { columns, event: 'account.enabled' },
      )
    },

    async erase({ key }, actor) {
      const at = clock()
      const columns = erasedColumns(key, at, randomBytes)
      await records.update(key, old => {
        if (!old) throw new Refusal('account_unusable')
        if (old.removedAt !== null) return unchanged(old)
        const events = [accountEvent(key, 'account.removed', at, { actor })]
        return { next: { ...old, ...columns }, events }
      })
    },
  }
}
