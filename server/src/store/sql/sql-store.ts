import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely, RawBuilder, SelectQueryBuilder } from 'kysely'
import { Refusal } from '../../errors.ts'
import { within } from '../../within.ts'
import type {
  AccountRecords,
  AuditRecords,
  AuditRow,
  KioskRecords,
  SignIns,
  Store,
  UserCodeRecords,
} from '../store.ts'
import { accountFromRow, accountToRow } from './account-row.ts'
import { kioskFromRow, kioskToRow } from './kiosk-row.ts'
import { signInFromRow, signInToRow } from './sign-in-row.ts'
import type { SignInsTable, Tables } from './tables.ts'

/** What differs between databases. */
export interface Engine {
  /** True when trying the same transaction again may succeed. */
  mayPass(error: unknown): boolean
  /** True when the database answers and yet can store nothing: full, read-only, out of memory. */
  outOfService(error: unknown): boolean
  /** Makes others wait for the row that this query reads, until the transaction ends. */
  lockRow<Q extends SelectQueryBuilder<Tables, 'sign_ins', SignInsTable>>(query: Q): Q
  /** The moment of a change as the sweep will look for it. */
  changedAt(updatedAt: number): number | RawBuilder<number>
  time(): Promise<number | null>
  /** False when certainly nobody but this process has written since the last call. */
  othersWrote(): Promise<boolean>
}

/** How long to wait for a database that is locked or does not answer, in milliseconds. */
export const patience = 4_000
/** How long a database may take to say goodbye, in milliseconds. */
const goodbyeWithin = 1_000
/** How far the sweep looks back behind its last answer: longer than any transaction here takes. */
const overlap = 10_000
/** Built-in kiosks have the numbers below. */
const firstKioskNumber = 100

/** The one implementation of {@link Store}, over any database that Kysely speaks to. */
export function sqlStore(db: Kysely<Tables>, engine: Engine): Store {
  return {
    signIns: signIns(db, engine),
    accounts: accounts(db, engine),
    kiosks: kiosks(db, engine),
    userCodes: userCodes(db, engine),
    audit: audit(db),
    time: () => engine.time(),
    // Connections to a frozen database cannot be closed in order; the process must stop all the same.
    close: () => Promise.race([db.destroy(), sleep(goodbyeWithin, undefined, { ref: false })]),
  }
}

const noAnswer = () => new Refusal('storage_busy', 'the database does not answer')

/**
 * Runs `work` until the database is free, waiting outside the database so that the loop goes on.
 * @param work is given a check that throws once nobody waits for it any more.
 */
async function persist<T>(
  engine: Engine,
  work: (requireInTime: () => void) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patience
  const requireInTime = () => {
    if (performance.now() >= deadline) throw new Refusal('storage_busy', 'given up meanwhile')
  }
  for (;;) {
    try {
      return await within(deadline - performance.now(), work(requireInTime), noAnswer)
    } catch (error) {
      if (engine.outOfService(error)) throw new Refusal('storage_busy', String(error))
      if (error instanceof Refusal || !engine.mayPass(error)) throw error
      const wait = 5 + Math.random() * 45
      if (performance.now() + wait >= deadline) throw new Refusal('storage_busy', String(error))
      await sleep(wait)
    }
  }
}

function signIns(db: Kysely<Tables>, engine: Engine): SignIns {
  const select = (on: Kysely<Tables>, id: string) =>
    on.selectFrom('sign_ins').selectAll().where('id', '=', id)

  return {
    async read(id) {
      const row = await persist(engine, () => select(db, id).executeTakeFirst())
      return row ? signInFromRow(row) : null
    },

    update: (id, advance) =>
      persist(engine, requireInTime =>
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
            .values(events.map(event => ({ at, event, sign_in: id, kiosk, account, reason })))
            .execute()
          requireInTime()
          return { old, next, events }
        }),
      ),

    async changes(since) {
      const written = await persist(engine, () => engine.othersWrote())
      if (!written) return null
      const changed = db
        .selectFrom('sign_ins')
        .select(['id', 'seq', 'changed_at'])
        .where('changed_at', '>', since - overlap)
      const rows = await persist(engine, () => changed.execute())
      return { at: rows.reduce((at, row) => Math.max(at, row.changed_at), since), changed: rows }
    },

    async seqs(ids) {
      if (ids.length === 0) return []
      const query = db.selectFrom('sign_ins').select(['id', 'seq']).where('id', 'in', ids)
      return persist(engine, () => query.execute())
    },

    async openAt(kiosk) {
      const query = db
        .selectFrom('sign_ins')
        .select('id')
        .where('kiosk', '=', kiosk)
        .where('state', 'in', ['scanned', 'approved'])
      return (await persist(engine, () => query.execute())).map(row => row.id)
    },

    async overdue(now, limit) {
      const query = db
        .selectFrom('sign_ins')
        .select('id')
        .where('deadline', '<=', now)
        .orderBy('deadline')
        .limit(limit)
      const rows = await persist(engine, () => query.execute())
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
    async add(account, idKey, idSkeleton) {
      const insert = db
        .insertInto('accounts')
        .values(accountToRow(account, idKey, idSkeleton))
        .onConflict(conflict => conflict.doNothing())
      const result = await persist(engine, () => insert.executeTakeFirst())
      if (Number(result.numInsertedOrUpdatedRows) === 1) return true
      // A broken connection may have hidden that an earlier try succeeded; the key is random.
      return (await find('key', account.key)) !== null
    },
    byIdKey: idKey => find('id_key', idKey),
    byKey: key => find('key', key),
    async setPasswordHash(key, passwordHash, old) {
      const update = db
        .updateTable('accounts')
        .set({ password_hash: passwordHash })
        .where('key', '=', key)
        .$if(old !== undefined, query => query.where('password_hash', '=', old ?? ''))
      const result = await persist(engine, () => update.executeTakeFirst())
      return Number(result.numUpdatedRows) === 1
    },
    async setDisabled(key, disabledAt) {
      const update = db
        .updateTable('accounts')
        .set({ disabled_at: disabledAt })
        .where('key', '=', key)
      await persist(engine, () => update.execute())
    },
    async all() {
      const query = db.selectFrom('accounts').selectAll().orderBy('id_key')
      return (await persist(engine, () => query.execute())).map(accountFromRow)
    },
  }
}

function kiosks(db: Kysely<Tables>, engine: Engine): KioskRecords {
  const find = async (
    column: 'number' | 'credential_hash' | 'link_hash',
    value: number | string,
  ) => {
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
    byLinkHash: linkHash => find('link_hash', linkHash),
    async useLink(linkHash, credentialHash) {
      const update = db
        .updateTable('kiosks')
        .set({ credential_hash: credentialHash, link_hash: null, link_expires_at: null })
        .where('link_hash', '=', linkHash)
        .where('revoked_at', 'is', null)
      const result = await persist(engine, () => update.executeTakeFirst())
      if (Number(result.numUpdatedRows) === 1) return true
      // As above: the credential is random, so only this call can have set it.
      return (await find('credential_hash', credentialHash)) !== null
    },
    async revoke(number, at) {
      const update = db
        .updateTable('kiosks')
        .set({ revoked_at: at, link_hash: null })
        .where('number', '=', number)
        .where('revoked_at', 'is', null)
      const result = await persist(engine, () => update.executeTakeFirst())
      if (Number(result.numUpdatedRows) === 1) return true
      return (await find('number', number))?.revokedAt === at
    },
    async revoked() {
      const query = db.selectFrom('kiosks').select('number').where('revoked_at', 'is not', null)
      return (await persist(engine, () => query.execute())).map(row => row.number)
    },
    async all() {
      const query = db.selectFrom('kiosks').selectAll().orderBy('number')
      return (await persist(engine, () => query.execute())).map(kioskFromRow)
    },
  }
}

function userCodes(db: Kysely<Tables>, engine: Engine): UserCodeRecords {
  const find = async (column: 'user_code' | 'sign_in', value: string) => {
    const query = db
      .selectFrom('user_codes')
      .selectAll()
      .where(column, '=', value)
      .orderBy('expires_at', 'desc')
    const row = await persist(engine, () => query.executeTakeFirst())
    if (!row) return null
    const { user_code: userCode, sign_in: signIn, kiosk, expires_at: expiresAt } = row
    return { userCode, signIn, kiosk, expiresAt }
  }

  return {
    async add({ userCode, signIn, kiosk, expiresAt }) {
      const insert = db
        .insertInto('user_codes')
        .values({ user_code: userCode, sign_in: signIn, kiosk, expires_at: expiresAt })
        .onConflict(conflict => conflict.column('user_code').doNothing())
      const result = await persist(engine, () => insert.executeTakeFirst())
      return Number(result.numInsertedOrUpdatedRows) === 1
    },
    find: userCode => find('user_code', userCode),
    ofSignIn: signIn => find('sign_in', signIn),
    async purge(expiredBefore) {
      const query = db.deleteFrom('user_codes').where('expires_at', '<', expiredBefore)
      await persist(engine, () => query.execute())
    },
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
