import type { Account } from '../store.ts'
import type { AccountsTable } from './tables.ts'

export function accountToRow(account: Account, idKey: string, idSkeleton: string): AccountsTable {
  return {
    key: account.key,
    id: account.id,
    id_key: idKey,
    id_skeleton: idSkeleton,
    name: account.name,
    password_hash: account.passwordHash,
    subject_seed: account.subjectSeed,
    disabled_at: account.disabledAt,
    created_at: account.createdAt,
  }
}

export function accountFromRow(row: AccountsTable): Account {
  return {
    key: row.key,
    id: row.id,
    name: row.name,
    passwordHash: row.password_hash,
    subjectSeed: row.subject_seed,
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
  }
}
