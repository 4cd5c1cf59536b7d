import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'
import { Refusal } from '../errors.ts'
import { accountFromRow, accountToRow } from './account-row.ts'
import { kioskFromRow, kioskToRow } from './kiosk-row.ts'
import { signInFromRow, signInToRow } from './sign-in-row.ts'
import type {
  AccountRecords,
  AuditRecords,
  AuditRow,
  KioskRecords,
  SignIns,
  Store,
} from './store.ts'
import type { Tables } from './tables.ts'

/** What differs between databases. */
export interface Engine {
  /** True when trying the same transaction again may succeed. */
  isLocked(error: unknown): boolean
}

/** How long to wait for a database that another process has locked. */
const patience = 3_000
/** Built-in kiosks have the numbers below. */
const firstKioskNumber = 100

/** The one implementation of {@link Store}, over any database that Kysely speaks to. */
export function sqlStore(db: Kysely<Tables>, engine: Engine): Store {
  return {
    signIns: signIns(db, engine),
    accounts: accounts(db, engine),
    kiosks: kiosks(db, engine),
    audit: audit(db),
    close: () => db.destroy(),
  }
}

/** Runs `work` until the database is free, waiting outside the database so that the loop goes on. */
async function persist<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + patience
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!engine.isLocked(error)) throw error
      if (performance.now() >= end) throw new Refusal('storage_busy', String(error))
      await sleep(5 + Math.random() * 45)
    }
  }
}

function signIns(db: Kysely<Tables>, engine: Engine): SignIns {
  const select = (on: Kysely<Tables> | Transaction<Tables>, id: string) =>
    on.selectFrom('sign_ins').selectAll().where('id', '=', id).executeTakeFirst()

  return {
    async read(id) {
      const row = await persist(engine, () => select(db, id))
      return row ? signInFromRow(row) : null
    },

    update: (id, advance) =>
      persist(engine, () =>
        db.transaction().execute(async trx => {
          const row = await select(trx, id)
          const old = row ? signInFromRow(row) : null
          const { next, events } = advance(old)
          if (events.length === 0) return { old, next, events }

          const values = signInToRow(next)
          if (old) await trx.updateTable('sign_ins').set(values).where('id', '=', id).execute()
          else await trx.insertInto('sign_ins').values(values).execute()
          const { kiosk, account, reason, updatedAt: at } = next
          await trx
            .insertInto('audit')
            .values(events.map(event => ({ at, event, sign_in: id, kiosk, account, reason })))
            .execute()
          return { old, next, events }
        }),
      ),

    async overdue(now, limit) {
      const rows = await db
        .selectFrom('sign_ins')
        .select('id')
        .where('deadline', '<=', now)
        .orderBy('deadline')
        .limit(limit)
        .execute()
      return rows.map(row => row.id)
    },

    async purge(finalBefore, limit) {
      const ids = db
        .selectFrom('sign_ins')
        .select('id')
        .where('updated_at', '<', finalBefore)
        .where('deadline', 'is', null)
        .limit(limit)
      const result = await persist(engine, () =>
        db.deleteFrom('sign_ins').where('id', 'in', ids).executeTakeFirst(),
      )
      return Number(result.numDeletedRows)
    },
  }
}

function accounts(db: Kysely<Tables>, engine: Engine): AccountRecords {
  const find = async (column: 'key' | 'id_key', value: string) => {
    const query = db.selectFrom('accounts').selectAll().where(column, '=', value)
    const row = await persist(engine, () => query.executeTakeFirst())
    return row ? accountFromRow(row) : null
  }

  return {
    async add(account, idKey) {
      const insert = db
        .insertInto('accounts')
        .values(accountToRow(account, idKey))
        .onConflict(conflict => conflict.column('id_key').doNothing())
      const result = await persist(engine, () => insert.executeTakeFirst())
      return Number(result.numInsertedOrUpdatedRows) === 1
    },
    byIdKey: idKey => find('id_key', idKey),
    byKey: key => find('key', key),
  }
}

function kiosks(db: Kysely<Tables>, engine: Engine): KioskRecords {
  const find = async (column: 'number' | 'credential_hash', value: number | string) => {
    const query = db.selectFrom('kiosks').selectAll().where(column, '=', value)
    const row = await persist(engine, () => query.executeTakeFirst())
    return row ? kioskFromRow(row) : null
  }

  return {
    add: kiosk =>
      persist(engine, () =>
        db.transaction().execute(async trx => {
          const highest = await trx
            .selectFrom('kiosks')
            .select(columns => columns.fn.max('number').as('number'))
            .executeTakeFirst()
          const number = Math.max(highest?.number ?? 0, firstKioskNumber - 1) + 1
          await trx
            .insertInto('kiosks')
            .values(kioskToRow({ ...kiosk, number }))
            .execute()
          return { ...kiosk, number }
        }),
      ),
    byNumber: number => find('number', number),
    byCredentialHash: credentialHash => find('credential_hash', credentialHash),
  }
}

function audit(db: Kysely<Tables>): AuditRecords {
  return {
    async ofSignIn(id) {
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .where('sign_in', '=', id)
        .orderBy('row')
        .execute()
      return rows.map(row => ({
        at: row.at,
        event: row.event as AuditRow['event'],
        signIn: row.sign_in,
        kiosk: row.kiosk,
        account: row.account,
        reason: row.reason,
      }))
    },
  }
}
