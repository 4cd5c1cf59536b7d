import type { Localized } from '@qrgate/sdk/protocol'

export interface Kiosk {
  /** 32 bit, unique at this gate; the small ones are built in. */
  number: number
  name: Localized
  ticket: 'compact' | 'jwt'
  /** False for the built-in kiosk of the seed's API. */
  claimable: boolean
  /** SHA-256 of the kiosk credential, base64url; null for built-in and not yet enrolled kiosks. */
  credentialHash: string | null
  /** SHA-256 of the one-time enrolment link's secret, base64url; null once it was used. */
  linkHash: string | null
  linkExpiresAt: number | null
  revokedAt: number | null
  createdAt: number
}

export interface KioskRecords {
  /** Adds a kiosk under the next free number above those taken. */
  add(kiosk: Omit<Kiosk, 'number'>): Promise<Kiosk>
  byNumber(number: number): Promise<Kiosk | null>
  byCredentialHash(credentialHash: string): Promise<Kiosk | null>
  byLinkHash(linkHash: string): Promise<Kiosk | null>
  /** Uses an enrolment link up: of many calls with the same link exactly one answers true. */
  useLink(linkHash: string, credentialHash: string): Promise<boolean>
  /** Answers false when there is no such kiosk or it was revoked before. */
  revoke(number: number, at: number): Promise<boolean>
  /** Numbers of the kiosks that were revoked, ever. */
  revoked(): Promise<number[]>
  all(): Promise<Kiosk[]>
}
