import type { Kysely } from 'kysely'
import type { Account, AccountRecords } from '../account.ts'
import type { Engine } from './engine.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

export interface AccountsTable {
  key: string
  id: string
  id_key: string
  id_skeleton: string
  name: string
  password_hash: string
  subject_seed: string
  disabled_at: number | null
  created_at: number
}

function accountToRow(account: Account, idKey: string, idSkeleton: string): AccountsTable {
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

function accountFromRow(row: AccountsTable): Account {
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

export function accounts(db: Kysely<{ accounts: AccountsTable }>, engine: Engine): AccountRecords {
  const find = async (column: 'key' | 'id_key', value: string) => {
    const query = db.selectFrom('accounts').selectAll().where(column, '=', value)
    const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
    return row ? accountFromRow(row) : null
  }

  return {
    async add(account, idKey, idSkeleton) {
      const insert = db
        .insertInto('accounts')
        .values(accountToRow(account, idKey, idSkeleton))
        .onConflict(conflict => conflict.doNothing())
      const result = await retryWhileBusy(engine, () => insert.executeTakeFirst())
      if (Number(result.numInsertedOrUpdatedRows) === 1) return true
      // A broken connection may have hidden that an earlier try succeeded; the key is random.
      return (await find('key', account.key)) !== null
    },
    byIdKey: idKey => find('id_key', idKey),
    byKey: key => find('key', key),
    async setPasswordHash(key, passwordHash, old) {
      const update = db
        .updateTable('accounts')
        .set({ password_hash: passwordHash })
        .where('key', '=', key)
        .$if(old !== undefined, query => query.where('password_hash', '=', old ?? ''))
      const result = await retryWhileBusy(engine, () => update.executeTakeFirst())
      return Number(result.numUpdatedRows) === 1
    },
    async setDisabled(key, disabledAt) {
      const update = db
        .updateTable('accounts')
        .set({ disabled_at: disabledAt })
        .where('key', '=', key)
      await retryWhileBusy(engine, () => update.execute())
    },
    async all() {
      const query = db.selectFrom('accounts').selectAll().orderBy('id_key')
      return (await retryWhileBusy(engine, () => query.execute())).map(accountFromRow)
    },
  }
}
