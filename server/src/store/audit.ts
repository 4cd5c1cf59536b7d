import type { AuditEvent } from '../protocol/sign-in.ts'

export interface AuditRow {
  at: number
  event: AuditEvent
  signIn: string
  kiosk: number
  account: string | null
  reason: string | null
}

export interface AuditRecords {
  /** What happened to one sign-in, in order. */
  ofSignIn(id: string): Promise<AuditRow[]>
}
