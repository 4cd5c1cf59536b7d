import type { UserCode, UserCodeRecords } from '../user-code.ts'
import type { Engine } from './engine.ts'
import type { Database } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { UserCodesTable } from './tables.ts'
import { inTransaction } from './transaction.ts'

function userCodeToRow({ userCode, signIn, kiosk, network, expiresAt }: UserCode): UserCodesTable {
  return { user_code: userCode, sign_in: signIn, kiosk, network, expires_at: expiresAt }
}

function userCodeFromRow(row: UserCodesTable): UserCode {
  return {
    userCode: row.user_code,
    signIn: row.sign_in,
    kiosk: row.kiosk,
    network: row.network,
    expiresAt: row.expires_at,
  }
}

export function userCodes(db: Database, engine: Engine): UserCodeRecords {
  const find = async (on: Database, column: 'user_code' | 'sign_in', value: string) => {
    const query = on.selectFrom('user_codes').selectAll().where(column, '=', value)
    const row = await query.executeTakeFirst()
    return row ? userCodeFromRow(row) : null
  }

  return {
    give: (userCode, now) =>
      inTransaction(engine, async trx => {
        await trx
          .deleteFrom('user_codes')
          .where('sign_in', '=', userCode.signIn)
          .where('expires_at', '<=', now)
          .execute()
        // Waits for whoever is just adding one for this sign-in, or this code.
        await trx
          .insertInto('user_codes')
          .values(userCodeToRow(userCode))
          .onConflict(conflict => conflict.doNothing())
          .execute()
        return find(trx, 'sign_in', userCode.signIn)
      }),
    find: userCode => retryWhileBusy(engine, () => find(db, 'user_code', userCode)),
    ofSignIn: signIn => retryWhileBusy(engine, () => find(db, 'sign_in', signIn)),
    async purge(expiredBefore, limit) {
      const expired = db
        .selectFrom('user_codes')
        .select('user_code')
        .where('expires_at', '<', expiredBefore)
        .limit(limit)
      const query = db.deleteFrom('user_codes').where('user_code', 'in', expired)
      const result = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return Number(result.numDeletedRows)
    },
  }
}
