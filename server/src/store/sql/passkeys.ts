import type { Passkey, PasskeyRecords } from '../passkey.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { PasskeysTable } from './tables.ts'

function passkeyToRow(passkey: Passkey): PasskeysTable {
  return {
    id: passkey.id,
    account: passkey.account,
    domain: passkey.domain,
    public_key: passkey.publicKey,
    sign_count: passkey.signCount,
    transports: passkey.transports.join(' '),
    synced: passkey.synced ? 1 : 0,
    name: passkey.name,
    created_at: passkey.createdAt,
    used_at: passkey.usedAt,
    removed_at: passkey.removedAt,
  }
}

function passkeyFromRow(row: PasskeysTable): Passkey {
  return {
    id: row.id,
    account: row.account,
    domain: row.domain,
    publicKey: row.public_key,
    signCount: row.sign_count,
    transports: row.transports.split(' ').filter(Boolean),
    synced: row.synced === 1,
    name: row.name,
    createdAt: row.created_at,
    usedAt: row.used_at,
    removedAt: row.removed_at,
  }
}

export function passkeyNoun(engine: Engine): Noun<string, Passkey> {
  return {
    async lock(trx, id) {
      const query = trx.selectFrom('passkeys').selectAll().where('id', '=', id)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? passkeyFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = passkeyToRow(next)
      const query = old
        ? trx.updateTable('passkeys').set(row).where('id', '=', old.id)
        : trx.insertInto('passkeys').values(row)
      await query.execute()
    },
  }
}

export function passkeys(db: Database, engine: Engine, update: Update): PasskeyRecords {
  const noun = passkeyNoun(engine)

  return {
    update: (id, decide) => update(noun, id, decide),

    async byId(id) {
      const query = db.selectFrom('passkeys').selectAll().where('id', '=', id)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? passkeyFromRow(row) : null
    },

    async of(account) {
      const query = db
        .selectFrom('passkeys')
        .selectAll()
        .where('account', '=', account)
        .orderBy('created_at')
      return (await retryWhileBusy(engine, () => query.execute())).map(passkeyFromRow)
    },

    async elsewhere(domain) {
      const query = db
        .selectFrom('passkeys')
        .select(({ fn }) => ['domain', fn.countAll().as('count')])
        .where('domain', '!=', domain ?? '')
        .where('removed_at', 'is', null)
        .groupBy('domain')
        .orderBy('domain')
      const rows = await retryWhileBusy(engine, () => query.execute())
      return rows.map(({ domain, count }) => ({ domain, count: Number(count) }))
    },

    async purge(before, limit) {
      const old = db
        .selectFrom('passkeys')
        .select('id')
        .where('removed_at', '<', before)
        .limit(limit)
      const query = db.deleteFrom('passkeys').where('id', 'in', old)
      const result = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return Number(result.numDeletedRows)
    },
  }
}
