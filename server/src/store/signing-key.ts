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
