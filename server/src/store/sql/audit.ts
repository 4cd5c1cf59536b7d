import type { Generated, Kysely } from 'kysely'
import type { AuditRecords, AuditRow } from '../audit.ts'

export interface AuditTable {
  row: Generated<number>
  at: number
  event: string
  sign_in: string
  kiosk: number
  account: string | null
  reason: string | null
}

export function auditToRow({ signIn, ...rest }: AuditRow): Omit<AuditTable, 'row'> {
  return { ...rest, sign_in: signIn }
}

function auditFromRow(row: Omit<AuditTable, 'row'>): AuditRow {
  return {
    at: row.at,
    event: row.event as AuditRow['event'],
    signIn: row.sign_in,
    kiosk: row.kiosk,
    account: row.account,
    reason: row.reason,
  }
}

/** Reads only; each row is written by the transaction that it tells of. */
export function audit(db: Kysely<{ audit: AuditTable }>): AuditRecords {
  return {
    async ofSignIn(id) {
      const query = db.selectFrom('audit').selectAll().where('sign_in', '=', id).orderBy('row')
      return (await query.execute()).map(auditFromRow)
    },
  }
}
