import type { Kysely } from 'kysely'
import type { Kiosk, KioskRecords } from '../kiosk.ts'
import type { Engine } from './engine.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

export interface KiosksTable {
  number: number
  name_ko: string
  name_en: string
  ticket: string
  claimable: number
  credential_hash: string | null
  link_hash: string | null
  link_expires_at: number | null
  revoked_at: number | null
  created_at: number
}

/** Built-in kiosks have the numbers below. */
const firstKioskNumber = 100

function kioskToRow(kiosk: Kiosk): KiosksTable {
  return {
    number: kiosk.number,
    name_ko: kiosk.name.ko,
    name_en: kiosk.name.en,
    ticket: kiosk.ticket,
    claimable: kiosk.claimable ? 1 : 0,
    credential_hash: kiosk.credentialHash,
    link_hash: kiosk.linkHash,
    link_expires_at: kiosk.linkExpiresAt,
    revoked_at: kiosk.revokedAt,
    created_at: kiosk.createdAt,
  }
}

function kioskFromRow(row: KiosksTable): Kiosk {
  return {
    number: row.number,
    name: { ko: row.name_ko, en: row.name_en },
    ticket: row.ticket as Kiosk['ticket'],
    claimable: row.claimable === 1,
    credentialHash: row.credential_hash,
    linkHash: row.link_hash,
    linkExpiresAt: row.link_expires_at,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
  }
}

export function kiosks(db: Kysely<{ kiosks: KiosksTable }>, engine: Engine): KioskRecords {
  const find = async (
    column: 'number' | 'credential_hash' | 'link_hash',
    value: number | string,
  ) => {
    const query = db.selectFrom('kiosks').selectAll().where(column, '=', value)
    const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
    return row ? kioskFromRow(row) : null
  }

  return {
    add: kiosk =>
      retryWhileBusy(engine, () =>
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
      const result = await retryWhileBusy(engine, () => update.executeTakeFirst())
      if (Number(result.numUpdatedRows) === 1) return true
      // A broken connection may have hidden that an earlier try succeeded; the credential is random.
      return (await find('credential_hash', credentialHash)) !== null
    },
    async revoke(number, at) {
      const update = db
        .updateTable('kiosks')
        .set({ revoked_at: at, link_hash: null })
        .where('number', '=', number)
        .where('revoked_at', 'is', null)
      const result = await retryWhileBusy(engine, () => update.executeTakeFirst())
      if (Number(result.numUpdatedRows) === 1) return true
      return (await find('number', number))?.revokedAt === at
    },
    async revoked() {
      const query = db.selectFrom('kiosks').select('number').where('revoked_at', 'is not', null)
      return (await retryWhileBusy(engine, () => query.execute())).map(row => row.number)
    },
    async all() {
      const query = db.selectFrom('kiosks').selectAll().orderBy('number')
      return (await retryWhileBusy(engine, () => query.execute())).map(kioskFromRow)
    },
  }
}
