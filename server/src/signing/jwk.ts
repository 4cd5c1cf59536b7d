import type { JWK } from 'jose'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'

/** ECDSA with P-256 and SHA-256 (RFC 7518 §3.4), which every OpenID client can verify. */
export const algorithm = 'ES256'

/** A public key as `/oidc/jwks` shows it (RFC 7517 §4, RFC 7518 §6.2.1). */
export interface PublicJwk {
  kty: 'EC'
  crv: 'P-256'
  x: string
  y: string
  /** Its RFC 7638 thumbprint. */
  kid: string
  alg: typeof algorithm
  use: 'sig'
}

/** A new key pair. */
export async function makeKeyPair(): Promise<{ publicJwk: PublicJwk; privateJwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const [jwk, privateJwk] = await Promise.all([exportJWK(publicKey), exportJWK(privateKey)])
  const publicJwk = publicJwkOf(jwk, await calculateJwkThumbprint(jwk))
  if (publicJwk === null) throw new Error('the new key is no P-256 key')
  return { publicJwk, privateJwk }
}

/** Member by member, so that nothing else can ever be shown; null for what is no P-256 key. */
export function publicJwkOf({ kty, crv, x, y }: JWK, kid: string): PublicJwk | null {
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) return null
  return { kty: 'EC', crv: 'P-256', x, y, kid, alg: algorithm, use: 'sig' }
}
