import type { AccountsTable } from './accounts.ts'
import type { AuditTable } from './audit.ts'
import type { KiosksTable } from './kiosks.ts'
import type { SignInsTable } from './sign-ins.ts'
import type { UserCodesTable } from './user-codes.ts'

/** The tables as columns; times are milliseconds since 1970, truth values 0 or 1. */
export interface Tables {
  sign_ins: SignInsTable
  accounts: AccountsTable
  kiosks: KiosksTable
  user_codes: UserCodesTable
  audit: AuditTable
}
