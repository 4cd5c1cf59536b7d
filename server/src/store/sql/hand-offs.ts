import { claimsFromText, claimsToText } from '../../protocol/claims.ts'
import type { HandOff } from '../../protocol/hand-off.ts'
import type { HandOffRecords } from '../hand-off.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { HandOffsTable } from './tables.ts'

function handOffToRow(handOff: HandOff): Omit<HandOffsTable, 'changed_at'> {
  return {
    id: handOff.id,
    sign_in: handOff.signIn,
    client: handOff.client,
    kiosk: handOff.kiosk,
    account: handOff.account,
    claims: claimsToText(handOff.claims),
    service: JSON.stringify(handOff.service),
    language: handOff.language,
    state: handOff.state,
    reason: handOff.reason,
    seq: handOff.seq,
    ticket: handOff.ticket && JSON.stringify(handOff.ticket),
    text: handOff.text && JSON.stringify(handOff.text),
    coming_at: handOff.comingAt,
    called_at: handOff.calledAt,
    deadline: handOff.deadline,
    tries: handOff.tries,
    next_try_at: handOff.nextTryAt,
    created_at: handOff.createdAt,
    updated_at: handOff.updatedAt,
  }
}

function handOffFromRow(row: HandOffsTable): HandOff {
  return {
    id: row.id,
    signIn: row.sign_in,
    client: row.client,
    kiosk: row.kiosk,
    account: row.account,
    claims: claimsFromText(row.claims),
    service: JSON.parse(row.service) as HandOff['service'],
    language: row.language as HandOff['language'],
    state: row.state as HandOff['state'],
    reason: row.reason as HandOff['reason'],
    seq: row.seq,
    ticket: JSON.parse(row.ticket ?? 'null') as HandOff['ticket'],
    text: JSON.parse(row.text ?? 'null') as HandOff['text'],
    comingAt: row.coming_at,
    calledAt: row.called_at,
    deadline: row.deadline,
    tries: row.tries,
    nextTryAt: row.next_try_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function handOffNoun(engine: Engine): Noun<string, HandOff> {
  return {
    async lock(trx, id) {
      const query = trx.selectFrom('hand_offs').selectAll().where('id', '=', id)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? handOffFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = { ...handOffToRow(next), changed_at: engine.changedAt(next.updatedAt) }
      const query = old
        ? engine.unasked(trx.updateTable('hand_offs').set(row).where('id', '=', old.id))
        : engine.unasked(trx.insertInto('hand_offs').values(row))
      await query.execute()
    },
  }
}

export function handOffs(db: Database, engine: Engine, update: Update): HandOffRecords {
  const noun = handOffNoun(engine)

  return {
    async read(id) {
      const query = db.selectFrom('hand_offs').selectAll().where('id', '=', id)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? handOffFromRow(row) : null
    },

    update: (id, decide) => update(noun, id, decide),

    async due(now, limit, except) {
      let query = db
        .selectFrom('hand_offs')
        .select(['id', 'client'])
        .where('next_try_at', '<=', now)
        .orderBy('next_try_at')
        .limit(limit)
      if (except.length > 0) query = query.where('client', 'not in', except)
      return retryWhileBusy(engine, () => query.execute())
    },

    async openOf(account) {
      const query = db
        .selectFrom('hand_offs')
        .select('id')
        .where('account', '=', account)
        .where('deadline', 'is not', null)
      return (await retryWhileBusy(engine, () => query.execute())).map(({ id }) => id)
    },

    async of(account) {
      const query = db
        .selectFrom('hand_offs')
        .selectAll()
        .where('account', '=', account)
        .orderBy('id', 'desc')
      return (await retryWhileBusy(engine, () => query.execute())).map(handOffFromRow)
    },

    async overdue(now, limit) {
      const query = db
        .selectFrom('hand_offs')
        .select('id')
        .where('deadline', '<=', now)
        .orderBy('deadline')
        .limit(limit)
      return (await retryWhileBusy(engine, () => query.execute())).map(({ id }) => id)
    },

    async changedAfter(time, limit) {
      const query = db
        .selectFrom('hand_offs')
        .select('id')
        .where('updated_at', '>', time)
        .where('deadline', 'is not', null)
        .limit(limit)
      return (await retryWhileBusy(engine, () => query.execute())).map(({ id }) => id)
    },

    async purge(finalBefore, limit) {
      const ids = db
        .selectFrom('hand_offs')
        .select('id')
        .where('updated_at', '<', finalBefore)
        .where('deadline', 'is', null)
        .where(row =>
          row.not(
            row.exists(
              row
                .selectFrom('sign_ins')
                .select('sign_ins.id')
                .whereRef('sign_ins.id', '=', 'hand_offs.sign_in'),
            ),
          ),
        )
        .limit(limit)
      const result = await retryWhileBusy(engine, () =>
        db.deleteFrom('hand_offs').where('id', 'in', ids).executeTakeFirst(),
      )
      return Number(result.numDeletedRows)
    },
  }
}
