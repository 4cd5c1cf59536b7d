import type { Kiosk } from '../store.ts'
import type { KiosksTable } from './tables.ts'

export function kioskToRow(kiosk: Kiosk): KiosksTable {
  return {
    number: kiosk.number,
    name_ko: kiosk.nameKo,
    name_en: kiosk.nameEn,
    ticket: kiosk.ticket,
    claimable: kiosk.claimable ? 1 : 0,
    credential_hash: kiosk.credentialHash,
    link_hash: kiosk.linkHash,
    link_expires_at: kiosk.linkExpiresAt,
    revoked_at: kiosk.revokedAt,
    created_at: kiosk.createdAt,
  }
}

export function kioskFromRow(row: KiosksTable): Kiosk {
  return {
    number: row.number,
    nameKo: row.name_ko,
    nameEn: row.name_en,
    ticket: row.ticket as Kiosk['ticket'],
    claimable: row.claimable === 1,
    credentialHash: row.credential_hash,
    linkHash: row.link_hash,
    linkExpiresAt: row.link_expires_at,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
  }
}
