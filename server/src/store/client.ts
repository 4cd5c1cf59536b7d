import type { Localized, Service } from '@qrgate/sdk/protocol'
import type { ClaimName } from '../protocol/claims.ts'
import type { Changed, Decide } from './change.ts'

/** A relying party (RFC 6749: client): the system that serves whoever has signed in. */
export interface Client {
  /** What an operator calls it, and the `aud` of its ID tokens; never given to another one. */
  id: string
  name: Localized
  /** What it may be told, besides `sub`. */
  claims: readonly ClaimName[]
  /** Where its webhooks go. */
  endpoint: string | null
  /** SHA-256 of its credential, base64url; null once the client was removed. */
  credentialHash: string | null
  /** The one before, good beside its successor until {@link Client.oldCredentialUntil}. */
  oldCredentialHash: string | null
  oldCredentialUntil: number | null
  /** Sealed; see protocol/sealed-text.ts. Null once the client was removed. */
  webhookSecret: string | null
  /** The one before, good beside its successor until {@link Client.oldWebhookUntil}. */
  oldWebhookSecret: string | null
  oldWebhookUntil: number | null
  /** What it does for visitors, in its own order. */
  services: readonly Service[]
  /** Whether it wants to hear of visitors who call for staff. */
  staffCalls: boolean
  /** Since when nothing has got through to its endpoint; null while something does. */
  failingSince: number | null
  /** When its webhooks were switched off, as nothing got through for days; null while they are on. */
  webhooksOffAt: number | null
  createdAt: number
  removedAt: number | null
}

export interface ClientRecords {
  /** The one way to change a client, and to add one: concurrent changes happen one after the other. */
  update(id: string, decide: Decide<Client>): Promise<Changed<Client>>
  byId(id: string): Promise<Client | null>
  /** The client that has, or had before its last rotation, a credential of this hash. */
  byCredentialHash(credentialHash: string): Promise<Client | null>
  /** In the order of their ids, removed ones too. */
  all(): Promise<Client[]>
}
