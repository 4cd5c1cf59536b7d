import type { Localized } from '@qrgate/sdk/protocol'
import type { Change, Changed, Decide } from './change.ts'

export interface Kiosk {
  /** 32 bit, unique at this gate; the small ones are built in. */
  number: number
  name: Localized
  /** False for the built-in kiosk of the seed's API. */
  claimable: boolean
  /** SHA-256 of the kiosk credential, base64url; null for built-in and not yet enrolled kiosks. */
  credentialHash: string | null
  /**
   * SHA-256 of the enrolment link's secret, base64url; of its secret and the screen's network from its
   * first use on, and null when it is used up.
   */
  linkHash: string | null
  linkExpiresAt: number | null
  /** When the link was used, which is good once more for a while; null where it is still to be used. */
  linkUsedAt: number | null
  revokedAt: number | null
  /** When it went from the list; its number is given to no other. Only a kiosk that was revoked is removed. */
  removedAt: number | null
  /** The client that serves whoever signs in here. */
  client: string | null
  /** Its policy document behind a version, as JSON text; see protocol/policy.ts. */
  policy: string | null
  createdAt: number
}

export interface KioskRecords {
  /** Adds a kiosk under the next free number above those taken; the numbers have one lock of their own. */
  add(make: (number: number) => Change<Kiosk>): Promise<Kiosk>
  /** The one way to change a kiosk: concurrent changes happen one after the other. */
  update(number: number, decide: Decide<Kiosk>): Promise<Changed<Kiosk>>
  byNumber(number: number): Promise<Kiosk | null>
  byCredentialHash(credentialHash: string): Promise<Kiosk | null>
  byLinkHash(linkHash: string): Promise<Kiosk | null>
  /** Numbers of the kiosks that were revoked, ever. */
  revoked(): Promise<number[]>
  /** A client's kiosks that are not revoked, in the order of their numbers. */
  ofClient(client: string): Promise<Kiosk[]>
  /** The number of each kiosk that has a policy, with the policy's version. */
  policyVersions(): Promise<Map<number, number>>
  /** In the order of their numbers, without those that were removed. */
  all(): Promise<Kiosk[]>
}
