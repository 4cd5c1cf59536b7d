import type { Generated } from 'kysely'

/**
 * The tables as columns; times are milliseconds since 1970, truth values 0 or 1. They stand together,
 * because the one transaction that changes a row and writes its log knows them all.
 */
export interface Tables {
  sign_ins: SignInsTable
  hand_offs: HandOffsTable
  deliveries: DeliveriesTable
  accounts: AccountsTable
  kiosks: KiosksTable
  user_codes: UserCodesTable
  usual_places: UsualPlacesTable
  remembered_phones: RememberedPhonesTable
  passkeys: PasskeysTable
  sessions: SessionsTable
  invitations: InvitationsTable
  clients: ClientsTable
  subjects: SubjectsTable
  signing_keys: SigningKeysTable
  log: LogTable
  log_head: LogHeadTable
  log_checkpoints: LogCheckpointsTable
  log_cursors: LogCursorsTable
  leases: LeasesTable
  locks: LocksTable
  gate: GateTable
  site: SiteTable
  notices: NoticesTable
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
  epoch: number | null
  /** Joined by spaces. */
  amr: string | null
  proven_at: number | null
  approved_at: number | null
  claimed_at: number | null
  client: string | null
  /** Joined by spaces. */
  claims: string | null
  left_by: string | null
  stay_until: number | null
  extended_at: number | null
  disowned_at: number | null
  hand_off: string | null
  updated_at: number
  /** By the database's clock, where it has one; what the sweep looks for. */
  changed_at: number
}

export interface HandOffsTable {
  id: string
  sign_in: string
  client: string
  kiosk: number
  account: string
  /** Joined by spaces. */
  claims: string
  /** JSON. */
  service: string
  language: string
  state: string
  reason: string | null
  seq: number
  /** JSON. */
  ticket: string | null
  /** JSON. */
  text: string | null
  coming_at: number | null
  called_at: number | null
  deadline: number | null
  tries: number
  next_try_at: number | null
  created_at: number
  updated_at: number
  /** As in `sign_ins`. */
  changed_at: number
}

export interface DeliveriesTable {
  id: string
  client: string
  event: string
  subject: string
  /** Of the event in the log. */
  position: number
  state: string
  tries: number
  tried_since: number | null
  /** Null where it is no longer open. */
  next_try_at: number | null
  why: string | null
  /** When it happened. */
  at: number
  updated_at: number
}

export interface AccountsTable {
  key: string
  id: string
  id_key: string
  id_skeleton: string
  name: string
  password_hash: string
  /** Gates of before leave it out. */
  epoch: Generated<number>
  /** Unique. */
  recovery_hash: string | null
  recovery_expires_at: number | null
  consent_version: Generated<string | null>
  consented_at: Generated<number | null>
  subject_seed: string
  /** Unique. */
  external_id: string | null
  disabled_at: number | null
  removed_at: number | null
  delete_at: number | null
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
  link_used_at: number | null
  revoked_at: number | null
  removed_at: number | null
  client: string | null
  /** JSON. */
  policy: string | null
  created_at: number
}

export interface UserCodesTable {
  user_code: string
  /** Unique. */
  sign_in: string
  kiosk: number
  network: string | null
  expires_at: number
}

export interface UsualPlacesTable {
  account: string
  place: string
  seen_at: number
}

export interface RememberedPhonesTable {
  hash: string
  account: string
  epoch: number
  kind: string
  /** Joined by spaces. */
  amr: string
  proven_at: number
  created_at: number
  used_at: number
  forgotten_at: number | null
}

export interface PasskeysTable {
  id: string
  account: string
  domain: string
  public_key: string
  sign_count: number
  /** Joined by spaces. */
  transports: string
  synced: number
  name: string
  created_at: number
  used_at: number | null
  removed_at: number | null
}

export interface SessionsTable {
  hash: string
  account: string
  epoch: number
  created_at: number
  used_at: number
  ended_at: number | null
}

export interface InvitationsTable {
  hash: string
  name: string
  uses_left: number
  created_at: number
  expires_at: number
  voided_at: number | null
}

export interface ClientsTable {
  id: string
  name_ko: string
  name_en: string
  /** Joined by spaces. */
  claims: string
  endpoint: string | null
  credential_hash: string | null
  old_credential_hash: string | null
  old_credential_until: number | null
  webhook_secret: string | null
  old_webhook_secret: string | null
  old_webhook_until: number | null
  /** JSON. */
  services: string | null
  staff_calls: number | null
  failing_since: number | null
  webhooks_off_at: number | null
  created_at: number
  removed_at: number | null
}

export interface SubjectsTable {
  client: string
  account: string
  sub: string
  /** Joined by spaces. */
  claims: string
  told_at: number
}

export interface SigningKeysTable {
  id: string
  public_key: string
  private_key: string
  signs_from: number
  accepted_until: number | null
  created_at: number
}

export interface LogTable {
  row: Generated<number>
  form: number
  at: number | null
  event: string | null
  actor_kind: string | null
  actor: string | null
  address: string | null
  subject_kind: string | null
  subject: string | null
  kiosk: number | null
  account: string | null
  /** JSON, and text: `jsonb` would write it anew, and no digest would fit. */
  detail: string | null
  salt: string | null
  digest: string
  /** Null until the sealer has come by; then without gaps. */
  position: Generated<number | null>
  seal: Generated<string | null>
  /** 1 while the row tells of a visitor, else null; not part of what is sealed. */
  visitors: number | null
}

/** One row: the last seal, so that nobody can cut off the end unseen. */
export interface LogHeadTable {
  /** Always 1. */
  id: Generated<number>
  position: number
  seal: string
}

export interface LogCheckpointsTable {
  position: number
  seal: string
  at: number
  key: string
  signature: string
  purged_at: number | null
}

/** How far each reader of the log has come. */
export interface LogCursorsTable {
  reader: string
  position: number
}

export interface LeasesTable {
  name: string
  holder: string
  epoch: number
  until: number
}

/** Rows that are only ever locked: for rules over several rows of another table. */
export interface LocksTable {
  name: string
}

/** One row. */
export interface GateTable {
  /** Always 1. */
  id: number
  key_check: string | null
  restored_at: number | null
  checked_at: number
}

/** One row. */
export interface SiteTable {
  /** Always 1. */
  id: number
  /** JSON. */
  notice: string | null
}

/** What somebody has agreed to, by its version. */
export interface NoticesTable {
  version: string
  /** JSON. */
  texts: string
  agreed_at: number
}

/** What older gates write instead of the log; the sealer takes it over. */
export interface AuditTable {
  row: Generated<number>
  at: number
  event: string
  sign_in: string
  kiosk: number
  account: string | null
  reason: string | null
}
