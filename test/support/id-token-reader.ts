import { randomBytes } from 'node:crypto'
import { createRemoteJWKSet, type JWTVerifyOptions, jwtVerify } from 'jose'
import { type Clock, createClock } from '../../server/src/clock.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { type SealedTexts, sealedTexts } from '../../server/src/protocol/sealed-text.ts'
import { createIdTokens, type IdTokens } from '../../server/src/signing/id-tokens.ts'
import { createSigningKeys } from '../../server/src/signing/signing-keys.ts'
import type { Store } from '../../server/src/store/store.ts'

export const issuer = 'https://gate.test/oidc'

/** What a token is made of where it does not matter. */
export const someone = {
  audience: 'clinic',
  sub: 'f3Qk0cQpVbUoX2C7',
  sid: '01a222c8-01c3-78fe-a562-c7f3d3f7c6e0',
  kiosk: 101,
  authTime: 1_800_000_000_000,
  amr: ['pwd'],
  claims: { masked_name: '홍*동', external_id: null },
}

/** A clock that only a test moves, however slow the machine is. */
export interface MovedClock extends Clock {
  pass(ms: number): void
}

export function movedClock(): MovedClock {
  let now = createClock()()
  return Object.assign(() => now, {
    pass(ms: number) {
      now += ms
    },
  })
}

export function sealedKeys(...secretKeys: [string, ...string[]]): SealedTexts {
  return sealedTexts(deriveKeyring(secretKeys, 'signing key'), randomBytes)
}

/** What signs at a node of this store. */
export function idTokensAt({ signingKeys }: Store, sealed: SealedTexts, clock: Clock): IdTokens {
  const keys = createSigningKeys({ records: signingKeys, sealed, clock, monotonic: clock })
  return createIdTokens({ keys, issuer, clock })
}

/** Reads a token as the client `clinic` does, with the keys of this node as they are now. */
export function readAt(url: string, clock: Clock, change: JWTVerifyOptions = {}) {
  const keys = createRemoteJWKSet(new URL(`${url}/oidc/jwks`))
  return (token: string) =>
    jwtVerify(token, keys, {
      issuer,
      audience: someone.audience,
      algorithms: ['ES256'],
      currentDate: new Date(clock()),
      ...change,
    })
}

/** Which keys a node shows. */
export async function kidsAt(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/oidc/jwks`)
  const { keys } = (await answer.json()) as { keys: { kid: string }[] }
  return keys.map(({ kid }) => kid)
}
