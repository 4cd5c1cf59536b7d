import type { Kysely } from 'kysely'
import type { SignIn } from '../../protocol/sign-in.ts'
import type { SignIns } from '../sign-ins.ts'
import { type AuditTable, auditToRow } from './audit.ts'
import type { Engine } from './engine.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

export interface SignInsTable {
  id: string
  kiosk: number
  claimable: number
  state: string
  reason: string | null
  seq: number
  deadline: number | null
  phone_hash: string | null
  phone_kind: string | null
  account: string | null
  /** Joined by spaces. */
  amr: string | null
  approved_at: number | null
  claimed_at: number | null
  updated_at: number
  /** By the database's clock, where it has one; what the sweep looks for. */
  changed_at: number
}

type Database = Kysely<{ sign_ins: SignInsTable; audit: AuditTable }>

/** How far the sweep looks back behind its last answer: longer than any transaction here takes. */
const overlap = 10_000

/** @throws TypeError for a number that some database would keep as another one. */
function signInToRow(signIn: SignIn): Omit<SignInsTable, 'changed_at'> {
  const row = {
    id: signIn.id,
    kiosk: signIn.kiosk,
    claimable: signIn.claimable ? 1 : 0,
    state: signIn.state,
    reason: signIn.reason,
    seq: signIn.seq,
    deadline: signIn.deadline,
    phone_hash: signIn.phoneHash,
    phone_kind: signIn.phoneKind,
    account: signIn.account,
    amr: signIn.amr?.join(' ') ?? null,
    approved_at: signIn.approvedAt,
    claimed_at: signIn.claimedAt,
    updated_at: signIn.updatedAt,
  }
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new TypeError(`${value} cannot be kept as ${column}`)
    }
  }
  return row
}

function signInFromRow(row: SignInsTable): SignIn {
  return {
    id: row.id,
    kiosk: row.kiosk,
    claimable: row.claimable === 1,
    state: row.state as SignIn['state'],
    reason: row.reason as SignIn['reason'],
    seq: row.seq,
    deadline: row.deadline,
    phoneHash: row.phone_hash,
    phoneKind: row.phone_kind as SignIn['phoneKind'],
    account: row.account,
    amr: row.amr?.split(' ') ?? null,
    approvedAt: row.approved_at,
    claimedAt: row.claimed_at,
    updatedAt: row.updated_at,
  }
}

export function signIns(db: Database, engine: Engine): SignIns {
  const select = (on: Database, id: string) =>
    on.selectFrom('sign_ins').selectAll().where('id', '=', id)

  return {
    async read(id) {
      const row = await retryWhileBusy(engine, () => select(db, id).executeTakeFirst())
      return row ? signInFromRow(row) : null
    },

    update: (id, advance) =>
      retryWhileBusy(engine, requireInTime =>
        db.transaction().execute(async trx => {
          const row = await engine.lockRow(select(trx, id)).executeTakeFirst()
          // Whoever was told that it failed must not see it happen once the database wakes up.
          requireInTime()
          const old = row ? signInFromRow(row) : null
          const { next, events } = advance(old)
          if (events.length === 0) return { old, next, events }

          const changed_at = engine.changedAt(next.updatedAt)
          const values = { ...signInToRow(next), changed_at }
          if (old) await trx.updateTable('sign_ins').set(values).where('id', '=', id).execute()
          else await trx.insertInto('sign_ins').values(values).execute()
          const { kiosk, account, reason, updatedAt: at } = next
          await trx
            .insertInto('audit')
            .values(
              events.map(event => auditToRow({ at, event, signIn: id, kiosk, account, reason })),
            )
            .execute()
          requireInTime()
          return { old, next, events }
        }),
      ),

    async changes(since) {
      const written = await retryWhileBusy(engine, () => engine.othersWrote())
      if (!written) return null
      const changed = db
        .selectFrom('sign_ins')
        .select(['id', 'seq', 'changed_at'])
        .where('changed_at', '>', since - overlap)
      const rows = await retryWhileBusy(engine, () => changed.execute())
      return { at: rows.reduce((at, row) => Math.max(at, row.changed_at), since), changed: rows }
    },

    async seqs(ids) {
      if (ids.length === 0) return []
      const query = db.selectFrom('sign_ins').select(['id', 'seq']).where('id', 'in', ids)
      return retryWhileBusy(engine, () => query.execute())
    },

    async unclaimedOf(kiosk) {
      const query = db
        .selectFrom('sign_ins')
        .select('id')
        .where('kiosk', '=', kiosk)
        .where('state', 'in', ['scanned', 'approved'])
      return (await retryWhileBusy(engine, () => query.execute())).map(row => row.id)
    },

    async overdue(now, limit) {
      const query = db
        .selectFrom('sign_ins')
        .select('id')
        .where('deadline', '<=', now)
        .orderBy('deadline')
        .limit(limit)
      const rows = await retryWhileBusy(engine, () => query.execute())
      return rows.map(row => row.id)
    },

    async purge(finalBefore, limit) {
      const ids = db
        .selectFrom('sign_ins')
        .select('id')
        .where('updated_at', '<', finalBefore)
        .where('deadline', 'is', null)
        .limit(limit)
      const result = await retryWhileBusy(engine, () =>
        db.deleteFrom('sign_ins').where('id', 'in', ids).executeTakeFirst(),
      )
      return Number(result.numDeletedRows)
    },
  }
}
