import { claimsFromText, claimsToText } from '../../protocol/claims.ts'
import type { SignIn } from '../../protocol/sign-in-row.ts'
import type { SignIns } from '../sign-ins.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { prepared } from './prepared.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { SignInsTable } from './tables.ts'

type SignInColumns = Omit<SignInsTable, 'changed_at'>

/** @throws TypeError for a number that some database would keep as another one. */
function signInToRow(signIn: SignIn): SignInColumns {
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
    epoch: signIn.epoch,
    amr: signIn.amr?.join(' ') ?? null,
    proven_at: signIn.provenAt,
    approved_at: signIn.approvedAt,
    claimed_at: signIn.claimedAt,
    client: signIn.client,
    claims: signIn.claims && claimsToText(signIn.claims),
    left_by: signIn.leftBy,
    stay_until: signIn.stayUntil,
    extended_at: signIn.extendedAt,
    disowned_at: signIn.disownedAt,
    hand_off: signIn.handOff,
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
    epoch: row.epoch,
    amr: row.amr?.split(' ') ?? null,
    provenAt: row.proven_at,
    approvedAt: row.approved_at,
    claimedAt: row.claimed_at,
    client: row.client,
    claims: row.claims === null ? null : claimsFromText(row.claims),
    leftBy: row.left_by as SignIn['leftBy'],
    stayUntil: row.stay_until,
    extendedAt: row.extended_at,
    disownedAt: row.disowned_at,
    handOff: row.hand_off,
    updatedAt: row.updated_at,
  }
}

const byId = (db: Database, { id }: Pick<SignInsTable, 'id'>) =>
  db.selectFrom('sign_ins').selectAll().where('id', '=', id)

const read = prepared(byId)

function signInNoun(engine: Engine): Noun<string, SignIn> {
  const lock = prepared((db, row: Pick<SignInsTable, 'id'>) => engine.lockRow(byId(db, row)))
  const stamped = <Row extends Pick<SignInsTable, 'updated_at'>>(row: Row) => {
    return { ...row, changed_at: engine.changedAt(row.updated_at) }
  }
  const insert = prepared((db, row: SignInColumns) =>
    engine.unasked(db.insertInto('sign_ins').values(stamped(row))),
  )
  // Without the id: SQLite would write its index anew.
  const change = prepared((db, { id, ...row }: SignInColumns) =>
    engine.unasked(db.updateTable('sign_ins').set(stamped(row)).where('id', '=', id)),
  )
  return {
    async lock(trx, id) {
      const [row] = await lock(trx, { id })
      return row ? signInFromRow(row) : null
    },
    async write(trx, next, old) {
      await (old ? change : insert)(trx, signInToRow(next))
    },
  }
}

export function signIns(db: Database, engine: Engine, update: Update): SignIns {
  const noun = signInNoun(engine)

  return {
    async read(id) {
      const [row] = await retryWhileBusy(engine, () => read(db, { id }))
      return row ? signInFromRow(row) : null
    },

    update: (id, decide) => update(noun, id, decide),

    async openOf(whose) {
      const query = db
        .selectFrom('sign_ins')
        .select('id')
        .where(row => row.and(whose))
        .where('state', 'in', ['scanned', 'approved', 'claimed'])
      return (await retryWhileBusy(engine, () => query.execute())).map(row => row.id)
    },

    async of(account) {
      const query = db
        .selectFrom('sign_ins')
        .selectAll()
        .where('account', '=', account)
        .orderBy('id', 'desc')
      return (await retryWhileBusy(engine, () => query.execute())).map(signInFromRow)
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

    async changedAfter(time, limit) {
      const query = db
        .selectFrom('sign_ins')
        .select('id')
        .where('updated_at', '>', time)
        .where('deadline', 'is not', null)
        .limit(limit)
      return (await retryWhileBusy(engine, () => query.execute())).map(({ id }) => id)
    },

    async purge(finalBefore, limit) {
      const ids = db
        .selectFrom('sign_ins')
        .select('id')
        .where('updated_at', '<', finalBefore)
        .where('deadline', 'is', null)
        .where(row =>
          row.or([
            row('hand_off', 'is', null),
            // Row by row, and not as a set: thousands are kept, of which the day's last few go.
            row.exists(
              row
                .selectFrom('hand_offs')
                .select('hand_offs.id')
                .whereRef('hand_offs.id', '=', 'sign_ins.hand_off')
                .where('hand_offs.updated_at', '<', finalBefore)
                .where('hand_offs.deadline', 'is', null),
            ),
          ]),
        )
        .limit(limit)
      const result = await retryWhileBusy(engine, () =>
        db.deleteFrom('sign_ins').where('id', 'in', ids).executeTakeFirst(),
      )
      return Number(result.numDeletedRows)
    },
  }
}
