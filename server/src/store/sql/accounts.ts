import { type Insertable, type Nullable, type Selectable, sql } from 'kysely'
import { Refusal } from '../../errors.ts'
import type { Account, AccountRecords } from '../account.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { prepared } from './prepared.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { AccountsTable } from './tables.ts'

function accountToRow(account: Account): Insertable<AccountsTable> {
  return {
    key: account.key,
    id: account.id,
    id_key: account.idKey,
    id_skeleton: account.idSkeleton,
    name: account.name,
    password_hash: account.passwordHash,
    epoch: account.epoch,
    recovery_hash: account.recoveryHash,
    recovery_expires_at: account.recoveryExpiresAt,
    subject_seed: account.subjectSeed,
    external_id: account.externalId,
    consent_version: account.consentVersion,
    consented_at: account.consentedAt,
    disabled_at: account.disabledAt,
    removed_at: account.removedAt,
    delete_at: account.deleteAt,
    created_at: account.createdAt,
  }
}

function accountFromRow(row: Selectable<AccountsTable>): Account {
  return {
    key: row.key,
    id: row.id,
    idKey: row.id_key,
    idSkeleton: row.id_skeleton,
    name: row.name,
    passwordHash: row.password_hash,
    epoch: row.epoch,
    recoveryHash: row.recovery_hash,
    recoveryExpiresAt: row.recovery_expires_at,
    subjectSeed: row.subject_seed,
    externalId: row.external_id,
    consentVersion: row.consent_version,
    consentedAt: row.consented_at,
    disabledAt: row.disabled_at,
    removedAt: row.removed_at,
    deleteAt: row.delete_at,
    createdAt: row.created_at,
  }
}

/** What goes with an account. */
const ofAccount = ['usual_places', 'subjects', 'remembered_phones', 'sessions', 'passkeys'] as const

export function accountNoun(engine: Engine): Noun<string, Account> {
  return {
    async lock(trx, key) {
      const query = trx.selectFrom('accounts').selectAll().where('key', '=', key)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? accountFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = accountToRow(next)
      const query = old
        ? trx.updateTable('accounts').set(row).where('key', '=', old.key)
        : trx.insertInto('accounts').values(row)
      await query.execute().catch(error => {
        if (!engine.isTaken(error)) throw error
        const external = engine.isTaken(error, 'accounts.external_id')
        throw new Refusal(external ? 'external_id_taken' : 'account_exists')
      })
      if (next.removedAt === null) return
      for (const table of ofAccount) {
        await trx.deleteFrom(table).where('account', '=', next.key).execute()
      }
    },
  }
}

const byKey = prepared((db, { key }: Pick<AccountsTable, 'key'>) =>
  db.selectFrom('accounts').selectAll().where('key', '=', key),
)
/** Always comes to one row, of nulls where there is none: to read one takes time that would tell who is known. */
const byIdKey = prepared((db, { id_key: idKey }: Pick<AccountsTable, 'id_key'>) =>
  db
    .selectFrom(db.selectNoFrom(sql<number>`1`.as('one')).as('always'))
    .leftJoin('accounts', join => join.on('id_key', '=', idKey))
    .selectAll('accounts'),
)
const byRecoveryHash = prepared(
  (db, { recovery_hash: hash, at }: { recovery_hash: string; at: number }) =>
    db
      .selectFrom('accounts')
      .selectAll()
      .where('recovery_hash', '=', hash)
      .where('recovery_expires_at', '>', at)
      .where('disabled_at', 'is', null),
)

type Row = Selectable<AccountsTable> | Nullable<Selectable<AccountsTable>>

function isThere(row: Row): row is Selectable<AccountsTable> {
  return row.key !== null
}

export function accounts(db: Database, engine: Engine, update: Update): AccountRecords {
  const noun = accountNoun(engine)
  const found = async (query: () => Promise<Row[]>) => {
    const [row] = await retryWhileBusy(engine, query)
    return row && isThere(row) ? accountFromRow(row) : null
  }

  return {
    update: (key, decide) => update(noun, key, decide),
    byIdKey: idKey => found(() => byIdKey(db, { id_key: idKey })),
    byKey: key => found(() => byKey(db, { key })),
    byRecoveryHash: (hash, at) => found(() => byRecoveryHash(db, { recovery_hash: hash, at })),
    async toErase(now, limit) {
      const query = db
        .selectFrom('accounts')
        .select('key')
        .where('delete_at', '<=', now)
        .orderBy('delete_at')
        .limit(limit)
      return (await retryWhileBusy(engine, () => query.execute())).map(row => row.key)
    },

    async pastRecovery(before, limit) {
      const query = db
        .selectFrom('accounts')
        .select('key')
        .where('recovery_expires_at', '<', before)
        .limit(limit)
      return (await retryWhileBusy(engine, () => query.execute())).map(row => row.key)
    },

    async all() {
      const query = db
        .selectFrom('accounts')
        .selectAll()
        .where('removed_at', 'is', null)
        .orderBy('id_key')
      return (await retryWhileBusy(engine, () => query.execute())).map(accountFromRow)
    },
  }
}
