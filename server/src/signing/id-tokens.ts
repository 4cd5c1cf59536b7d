import type { Claims } from '@qrgate/sdk/protocol'
import { SignJWT } from 'jose/jwt/sign'
import type { Clock } from '../clock.ts'
import { algorithm } from './jwk.ts'
import { tokenLife } from './key-set.ts'
import type { SigningKeys } from './signing-keys.ts'

/** What an ID token says, in the gate's own words. */
export interface IdTokenParts {
  /** The client's id. */
  audience: string
  /** Pairwise: the account as this client knows it. */
  sub: string
  /** The sign-in's id. */
  sid: string
  /** The kiosk's number. */
  kiosk: number
  /** When the person has signed in, in milliseconds since 1970. */
  authTime: number
  /** RFC 8176 method names. */
  amr: readonly string[]
  /** What was agreed to have told, as it is named on the wire. */
  claims: Omit<Claims, 'sub'>
}

export interface IdTokens {
  /**
   * An ID token (OpenID Connect Core §2), good for five minutes.
   * @throws Refusal `storage_busy`.
   */
  sign(parts: IdTokenParts): Promise<string>
}

export interface IdTokensParts {
  keys: Pick<SigningKeys, 'signer'>
  /** `PUBLIC_URL` and `/oidc`: where OpenID will stand. */
  issuer: string
  clock: Clock
}

export function createIdTokens({ keys, issuer, clock }: IdTokensParts): IdTokens {
  return {
    async sign({ audience, sub, sid, kiosk, authTime, amr, claims }) {
      const { kid, key } = await keys.signer()
      const now = clock()
      // What the gate says itself comes last: no claim can take its place.
      const payload = {
        ...claims,
        iss: issuer,
        aud: audience,
        sub,
        sid,
        kiosk,
        auth_time: seconds(authTime),
        amr: [...amr],
        iat: seconds(now),
        exp: seconds(now + tokenLife),
        jti: sid,
      }
      return new SignJWT(payload).setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' }).sign(key)
    },
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
