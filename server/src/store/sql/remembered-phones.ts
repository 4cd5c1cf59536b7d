import type { RememberedPhone, RememberedPhoneRecords } from '../remembered-phone.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { RememberedPhonesTable } from './tables.ts'

function phoneToRow(phone: RememberedPhone): RememberedPhonesTable {
  return {
    hash: phone.hash,
    account: phone.account,
    epoch: phone.epoch,
    kind: phone.kind,
    amr: phone.amr.join(' '),
    proven_at: phone.provenAt,
    created_at: phone.createdAt,
    used_at: phone.usedAt,
    forgotten_at: phone.forgottenAt,
  }
}

function phoneFromRow(row: RememberedPhonesTable): RememberedPhone {
  return {
    hash: row.hash,
    account: row.account,
    epoch: row.epoch,
    kind: row.kind as RememberedPhone['kind'],
    amr: row.amr.split(' '),
    provenAt: row.proven_at,
    createdAt: row.created_at,
    usedAt: row.used_at,
    forgottenAt: row.forgotten_at,
  }
}

export function rememberedPhoneNoun(engine: Engine): Noun<string, RememberedPhone> {
  return {
    async lock(trx, hash) {
      const query = trx.selectFrom('remembered_phones').selectAll().where('hash', '=', hash)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? phoneFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = phoneToRow(next)
      const query = old
        ? trx.updateTable('remembered_phones').set(row).where('hash', '=', old.hash)
        : trx.insertInto('remembered_phones').values(row)
      await query.execute()
    },
  }
}

export function rememberedPhones(
  db: Database,
  engine: Engine,
  update: Update,
): RememberedPhoneRecords {
  const noun = rememberedPhoneNoun(engine)

  return {
    update: (hash, decide) => update(noun, hash, decide),

    async byHash(hash) {
      const query = db.selectFrom('remembered_phones').selectAll().where('hash', '=', hash)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? phoneFromRow(row) : null
    },

    async good(hash, { used, created }) {
      const query = db
        .selectFrom('remembered_phones')
        .innerJoin('accounts', 'accounts.key', 'remembered_phones.account')
        .selectAll('remembered_phones')
        .where('remembered_phones.hash', '=', hash)
        .where('remembered_phones.forgotten_at', 'is', null)
        .where('remembered_phones.used_at', '>', used)
        .where('remembered_phones.created_at', '>', created)
        .whereRef('remembered_phones.epoch', '=', 'accounts.epoch')
        .where('accounts.disabled_at', 'is', null)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? phoneFromRow(row) : null
    },

    async of(account) {
      const query = db
        .selectFrom('remembered_phones')
        .selectAll()
        .where('account', '=', account)
        .orderBy('used_at', 'desc')
      return (await retryWhileBusy(engine, () => query.execute())).map(phoneFromRow)
    },

    async purge({ used, forgotten }, limit) {
      const old = db
        .selectFrom('remembered_phones')
        .select('hash')
        .where(row => row.or([row('used_at', '<', used), row('forgotten_at', '<', forgotten)]))
        .limit(limit)
      const query = db.deleteFrom('remembered_phones').where('hash', 'in', old)
      const result = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return Number(result.numDeletedRows)
    },
  }
}
