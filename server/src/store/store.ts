import type { AccountRecords } from './account.ts'
import type { ClientRecords } from './client.ts'
import type { DatabaseTrouble } from './database-trouble.ts'
import type { DeliveryRecords } from './delivery.ts'
import type { GateRecords } from './gate.ts'
import type { HandOffRecords } from './hand-off.ts'
import type { InvitationRecords } from './invitation.ts'
import type { KioskRecords } from './kiosk.ts'
import type { Leases } from './lease.ts'
import type { LogRecords } from './log.ts'
import type { PasskeyRecords } from './passkey.ts'
import type { RememberedPhoneRecords } from './remembered-phone.ts'
import type { SessionRecords } from './session.ts'
import type { SignIns } from './sign-ins.ts'
import type { SigningKeyRecords } from './signing-key.ts'
import type { SiteRecords } from './site.ts'
import type { SubjectRecords } from './subject.ts'
import type { UserCodeRecords } from './user-code.ts'
import type { UsualPlaceRecords } from './usual-place.ts'
import type { WatchedRows } from './watched-rows.ts'

/**
 * The promise of every store, whatever database keeps it; each noun's own stands in its file beside
 * this one. The suite in test/conformance holds each engine to every sentence of them.
 *
 * A call that resolves has reached the disk: a power cut after it takes nothing back. A call that
 * rejects has changed nothing, nor will it, with one exception that no network can avoid: where the answer
 * to a commit is lost and nothing more is heard, `outcome_unknown` says so; the same step again tells.
 * A database that stays locked or does not answer rejects with `storage_busy` in bounded time, and
 * no call blocks the event loop for longer than 100 ms.
 */
export interface Store {
  signIns: SignIns
  handOffs: HandOffRecords
  deliveries: DeliveryRecords
  watched: WatchedRows
  accounts: AccountRecords
  kiosks: KioskRecords
  clients: ClientRecords
  subjects: SubjectRecords
  userCodes: UserCodeRecords
  usualPlaces: UsualPlaceRecords
  rememberedPhones: RememberedPhoneRecords
  passkeys: PasskeyRecords
  sessions: SessionRecords
  invitations: InvitationRecords
  signingKeys: SigningKeyRecords
  log: LogRecords
  leases: Leases
  gate: GateRecords
  site: SiteRecords
  /**
   * Why work could not be done now; null where it could. Looks without writing as long as all work gets
   * through; afterwards it writes, at most once a second, until that gets through.
   * @param how `byWriting`: writes in any case.
   */
  trouble(how?: { byWriting?: boolean }): Promise<DatabaseTrouble | null>
  /** What is wrong inside the database, in its own words; takes as long as it takes. */
  inspect(): Promise<string[]>
  /** The database's own clock in milliseconds since 1970; null where it is this machine's anyway. */
  time(): Promise<number | null>
  close(): Promise<void>
}
