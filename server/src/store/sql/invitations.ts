import type { Invitation, InvitationRecords } from '../invitation.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { InvitationsTable } from './tables.ts'

function invitationToRow(invitation: Invitation): InvitationsTable {
  return {
    hash: invitation.hash,
    name: invitation.name,
    uses_left: invitation.usesLeft,
    created_at: invitation.createdAt,
    expires_at: invitation.expiresAt,
    voided_at: invitation.voidedAt,
  }
}

function invitationFromRow(row: InvitationsTable): Invitation {
  return {
    hash: row.hash,
    name: row.name,
    usesLeft: row.uses_left,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    voidedAt: row.voided_at,
  }
}

export function invitationNoun(engine: Engine): Noun<string, Invitation> {
  return {
    async lock(trx, hash) {
      const query = trx.selectFrom('invitations').selectAll().where('hash', '=', hash)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? invitationFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = invitationToRow(next)
      const query = old
        ? trx.updateTable('invitations').set(row).where('hash', '=', old.hash)
        : trx.insertInto('invitations').values(row)
      await query.execute()
    },
  }
}

export function invitations(db: Database, engine: Engine, update: Update): InvitationRecords {
  const noun = invitationNoun(engine)

  return {
    update: (hash, decide) => update(noun, hash, decide),

    async byHash(hash) {
      const query = db.selectFrom('invitations').selectAll().where('hash', '=', hash)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? invitationFromRow(row) : null
    },

    async all() {
      const query = db.selectFrom('invitations').selectAll().orderBy('created_at').orderBy('name')
      return (await retryWhileBusy(engine, () => query.execute())).map(invitationFromRow)
    },

    async purge(before, limit) {
      const old = db
        .selectFrom('invitations')
        .select('hash')
        .where(row => row.or([row('expires_at', '<', before), row('voided_at', '<', before)]))
        .limit(limit)
      const query = db.deleteFrom('invitations').where('hash', 'in', old)
      const result = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return Number(result.numDeletedRows)
    },
  }
}
