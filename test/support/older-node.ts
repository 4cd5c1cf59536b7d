import type {
  AccountsTable,
  KiosksTable,
  SignInsTable,
  UserCodesTable,
} from '../../server/src/store/sql/tables.ts'
import type { OlderDatabase } from './older-gate.ts'
import { pause } from './patience.ts'

/** Rows without what they have got since. */
export type OlderSignIn = Omit<
  SignInsTable,
  | 'changed_at'
  | 'hand_off'
  | 'epoch'
  | 'proven_at'
  | 'client'
  | 'claims'
  | 'left_by'
  | 'stay_until'
  | 'extended_at'
  | 'disowned_at'
  | 'hand_off'
>
export type OlderAccount = Omit<
  AccountsTable,
  | 'epoch'
  | 'recovery_hash'
  | 'recovery_expires_at'
  | 'external_id'
  | 'removed_at'
  | 'delete_at'
  | 'consent_version'
  | 'consented_at'
>
export type OlderKiosk = Omit<
  KiosksTable,
  'number' | 'client' | 'policy' | 'link_used_at' | 'removed_at'
>

/** A node of commit b61f5a0 as its database sees it: these are its statements, word for word. */
export type OlderNode = ReturnType<typeof createOlderNode>

/** What such a node tries again: conflicts and locks of Postgres, a locked SQLite file. */
const passing = /^(40001|40P01|55P03|57014)$/

/** @param onRetry is told each error after which it tries again. */
export function createOlderNode(
  { engine, raw: db, changedAt }: OlderDatabase,
  onRetry: (error: unknown) => void = () => {},
) {
  const mayPass = (error: unknown) => {
    const { code, errcode, constraint } = error as Partial<Record<string, string | number>>
    if (code === '23505') return `${constraint}`.endsWith('_pkey')
    return passing.test(`${code}`) || errcode === 5
  }
  /** For as long as it takes: patience is not what is tested with it. */
  async function persist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!mayPass(error)) throw error
        onRetry(error)
        await pause(5 + Math.random() * 20)
      }
    }
  }

  return {
    /** @param advance what becomes of the row; the events as `audit` knows them. */
    update: (
      id: string,
      advance: (old: SignInsTable | undefined) => { next: OlderSignIn; events: string[] },
    ) =>
      persist(() =>
        db.transaction().execute(async trx => {
          const old = await trx
            .selectFrom('sign_ins')
            .selectAll()
            .where('id', '=', id)
            .$if(engine === 'Postgres', query => query.forUpdate())
            .executeTakeFirst()
          const { next, events } = advance(old)
          if (events.length === 0) return next

          const changed_at = changedAt(next.updated_at)
          const values = { ...next, changed_at }
          if (old) await trx.updateTable('sign_ins').set(values).where('id', '=', id).execute()
          else await trx.insertInto('sign_ins').values(values).execute()
          const { kiosk, account, reason, updated_at: at } = next
          await trx
            .insertInto('audit')
            .values(events.map(event => ({ at, event, sign_in: id, kiosk, account, reason })))
            .execute()
          return next
        }),
      ),

    /** @returns false when another account has its id, or one that looks like it. */
    async addAccount(account: OlderAccount): Promise<boolean> {
      const insert = db
        .insertInto('accounts')
        .values(account)
        .onConflict(conflict => conflict.doNothing())
      const result = await persist(() => insert.executeTakeFirst())
      return Number(result.numInsertedOrUpdatedRows) === 1
    },

    /** @returns its number. */
    addKiosk: (kiosk: OlderKiosk): Promise<number> =>
      persist(() =>
        db.transaction().execute(async trx => {
          const highest = await trx
            .selectFrom('kiosks')
            .select(columns => columns.fn.max('number').as('number'))
            .executeTakeFirst()
          const number = Math.max(highest?.number ?? 0, 99) + 1
          await trx
            .insertInto('kiosks')
            .values({ ...kiosk, number })
            .execute()
          return number
        }),
      ),

    /** @returns false when the code is taken. */
    async addUserCode(row: Omit<UserCodesTable, 'network'>): Promise<boolean> {
      const insert = db
        .insertInto('user_codes')
        .values(row)
        .onConflict(conflict => conflict.column('user_code').doNothing())
      const result = await persist(() => insert.executeTakeFirst())
      return Number(result.numInsertedOrUpdatedRows) === 1
    },

    async purgeSignIns(finalBefore: number, limit: number): Promise<number> {
      const ids = db
        .selectFrom('sign_ins')
        .select('id')
        .where('updated_at', '<', finalBefore)
        .where('deadline', 'is', null)
        .limit(limit)
      const result = await persist(() =>
        db.deleteFrom('sign_ins').where('id', 'in', ids).executeTakeFirst(),
      )
      return Number(result.numDeletedRows)
    },
  }
}
