import { claimNames, knownClaims } from './claims.ts'
import { type Key, type Keyring, mac, sameText } from './keyring.ts'
import { signInIdToBytes } from './sign-in-id.ts'
import type { Agreed } from './sign-in-row.ts'

/**
 * An agreement says "this browser was shown that this client is told these claims". Every form that signs
 * in carries it, so that what was agreed to is what was on the page, whatever has been granted since.
 * `client.claim+claim.base64url(key id 1 byte | HMAC-SHA256 32)`.
 */
export interface Agreements {
  mint(id: string, phoneHash: string, agreed: Agreed): string
  /** @returns null for whatever was not made for this sign-in and this phone. */
  read(id: string, phoneHash: string, text: string): Agreed | null
}

/** A client's id, its claims, and 33 bytes. */
export const longestAgreement = 63 + 1 + claimNames.join('+').length + 1 + 44

export function agreements(keyring: Keyring, origin: string): Agreements {
  const write = (key: Key, id: string, phoneHash: string, { client, claims }: Agreed) => {
    const named = claims.join('+')
    const bytes = signInIdToBytes(id)
    const seal = mac(key, 'qrgate agreement', origin, bytes, phoneHash, client, named)
    const sealed = Buffer.concat([Uint8Array.of(key.id), seal]).toString('base64url')
    return `${client}.${named}.${sealed}`
  }

  return {
    mint: (id, phoneHash, agreed) => write(keyring.current, id, phoneHash, agreed),

    read(id, phoneHash, text) {
      const [client = '', named = ''] = text.split('.')
      const claims = knownClaims(named.split('+'))
      const genuine = keyring.accepted.some(key =>
        sameText(write(key, id, phoneHash, { client, claims }), text),
      )
      return genuine ? { client, claims } : null
    },
  }
}
