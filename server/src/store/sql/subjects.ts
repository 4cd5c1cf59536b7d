import { claimsFromText, claimsToText } from '../../protocol/claims.ts'
import type { Subject, SubjectRecords } from '../subject.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { SubjectsTable } from './tables.ts'

function subjectToRow({ client, account, sub, claims, toldAt }: Subject): SubjectsTable {
  return { client, account, sub, claims: claimsToText(claims), told_at: toldAt }
}

function subjectFromRow({ client, account, sub, claims, told_at }: SubjectsTable): Subject {
  return { client, account, sub, claims: claimsFromText(claims), toldAt: told_at }
}

/** By what `subjectKey` makes. */
export function subjectNoun(engine: Engine): Noun<string, Subject> {
  return {
    async lock(trx, key) {
      const [client = '', account = ''] = key.split(/ (.*)/s)
      const query = trx
        .selectFrom('subjects')
        .selectAll()
        .where('client', '=', client)
        .where('account', '=', account)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? subjectFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = subjectToRow(next)
      const query = old
        ? trx
            .updateTable('subjects')
            .set(row)
            .where('client', '=', old.client)
            .where('account', '=', old.account)
        : trx.insertInto('subjects').values(row)
      await query.execute()
    },
  }
}

export function subjects(db: Database, engine: Engine): SubjectRecords {
  return {
    async of(account) {
      const query = db
        .selectFrom('subjects')
        .selectAll()
        .where('account', '=', account)
        .orderBy('client')
      return (await retryWhileBusy(engine, () => query.execute())).map(subjectFromRow)
    },

    async bySub(client, sub) {
      const query = db
        .selectFrom('subjects')
        .selectAll()
        .where('client', '=', client)
        .where('sub', '=', sub)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? subjectFromRow(row) : null
    },
  }
}
