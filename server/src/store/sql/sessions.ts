import type { Session, SessionRecords } from '../session.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { SessionsTable } from './tables.ts'

function sessionToRow(session: Session): SessionsTable {
  return {
    hash: session.hash,
    account: session.account,
    epoch: session.epoch,
    created_at: session.createdAt,
    used_at: session.usedAt,
    ended_at: session.endedAt,
  }
}

function sessionFromRow(row: SessionsTable): Session {
  return {
    hash: row.hash,
    account: row.account,
    epoch: row.epoch,
    createdAt: row.created_at,
    usedAt: row.used_at,
    endedAt: row.ended_at,
  }
}

function sessionNoun(engine: Engine): Noun<string, Session> {
  return {
    async lock(trx, hash) {
      const query = trx.selectFrom('sessions').selectAll().where('hash', '=', hash)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? sessionFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = sessionToRow(next)
      const query = old
        ? trx.updateTable('sessions').set(row).where('hash', '=', old.hash)
        : trx.insertInto('sessions').values(row)
      await query.execute()
    },
  }
}

export function sessions(db: Database, engine: Engine, update: Update): SessionRecords {
  const noun = sessionNoun(engine)

  return {
    update: (hash, decide) => update(noun, hash, decide),

    async byHash(hash) {
      const query = db.selectFrom('sessions').selectAll().where('hash', '=', hash)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? sessionFromRow(row) : null
    },

    async of(account) {
      const query = db
        .selectFrom('sessions')
        .selectAll()
        .where('account', '=', account)
        .orderBy('created_at', 'desc')
      return (await retryWhileBusy(engine, () => query.execute())).map(sessionFromRow)
    },

    async purge(before, limit) {
      const old = db
        .selectFrom('sessions')
        .select('hash')
        .where('created_at', '<', before)
        .limit(limit)
      const query = db.deleteFrom('sessions').where('hash', 'in', old)
      const result = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return Number(result.numDeletedRows)
    },
  }
}
