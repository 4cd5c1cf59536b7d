import { Refusal } from '../errors.ts'
import type { Account, AccountRecords } from '../store/account.ts'

/**
 * Accounts that are here, and those that would be: for a rehearsal that writes nothing. What is taken is
 * refused as a store refuses it.
 * @param present all that are here.
 */
export function rehearsedAccounts(present: readonly Account[]): AccountRecords {
  const byKey = new Map(present.map(account => [account.key, account]))
  const byIdKey = new Map(present.map(account => [account.idKey, account]))
  const skeletons = new Set(present.map(({ idSkeleton }) => idSkeleton))
  const externalIds = new Set(present.map(({ externalId }) => externalId))

  return {
    async update(key, decide) {
      const old = byKey.get(key) ?? null
      const change = decide(old)
      const { next } = change
      if (old !== null) throw new Error('a rehearsal adds accounts and changes none')
      if (byIdKey.has(next.idKey) || skeletons.has(next.idSkeleton)) {
        throw new Refusal('account_exists')
      }
      if (next.externalId !== null && externalIds.has(next.externalId)) {
        throw new Refusal('external_id_taken')
      }
      byKey.set(key, next)
      byIdKey.set(next.idKey, next)
      skeletons.add(next.idSkeleton)
      externalIds.add(next.externalId)
      return { ...change, old }
    },
    byIdKey: async idKey => byIdKey.get(idKey) ?? null,
    byKey: async key => byKey.get(key) ?? null,
    byRecoveryHash: async () => null,
    all: async () => [...byKey.values()],
    toErase: async () => [],
    pastRecovery: async () => [],
  }
}
