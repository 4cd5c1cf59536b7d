import type { Generated } from 'kysely'

/** The tables as columns; times are milliseconds since 1970, truth values 0 or 1. */
export interface Tables {
  sign_ins: SignInsTable
  accounts: AccountsTable
  kiosks: KiosksTable
  user_codes: UserCodesTable
  audit: AuditTable
}

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

export interface AccountsTable {
  key: string
  id: string
  id_key: string
  id_skeleton: string
  name: string
  password_hash: string
  subject_seed: string
  disabled_at: number | null
  created_at: number
}

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

export interface UserCodesTable {
  user_code: string
  sign_in: string
  kiosk: number
  expires_at: number
}

export interface AuditTable {
  row: Generated<number>
  at: number
  event: string
  sign_in: string
  kiosk: number
  account: string | null
  reason: string | null
}
