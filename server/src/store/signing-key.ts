import type { Change, Changed } from './change.ts'

/** A key that signs ID tokens. */
export interface SigningKey {
  /** The `kid`: its RFC 7638 thumbprint. */
  id: string
  /** A JWK (RFC 7517), as JSON. */
  publicKey: string
  /** The private JWK, sealed; see protocol/sealed-text.ts. */
  privateKey: string
  /** Published at once, and signing from then on: until then everybody has fetched it. */
  signsFrom: number
  /** No longer published from then on; null while no newer one follows it. */
  acceptedUntil: number | null
  createdAt: number
}

/** Decides what becomes of all keys together; see `Decide`. */
export type DecideKeys = (old: readonly SigningKey[]) => Change<readonly SigningKey[]>

export interface SigningKeyRecords {
  /**
   * The one way to change keys, to add and to remove them: a new key is one decision with what
   * becomes of the others. Decisions happen one after the other, on whatever node, under the lock
   * `signing keys` of `locks`: of several nodes that find no key, one adds the first, and the others
   * see it. Rows that `next` leaves out are removed; their private keys are gone for good.
   */
  update(decide: DecideKeys): Promise<Changed<readonly SigningKey[]>>
  /** The one that signs last comes last. */
  all(): Promise<SigningKey[]>
}
