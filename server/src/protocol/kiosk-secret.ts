import { type Key, type Keyring, mac, sameText } from './keyring.ts'
import { isSignInId, signInIdToBytes } from './sign-in-id.ts'

/**
 * The kiosk secret proves "I am the screen that started this". It is derived, never stored:
 * base64url(key id 1 byte | kiosk number 4 | HMAC-SHA256 over context, origin, key id, kiosk, id).
 */
export interface KioskSecrets {
  mint(id: string, kiosk: number): string
  /** The kiosk's number, or undefined when the secret is not the one of this sign-in. */
  read(id: string, secret: string): number | undefined
}

const pattern = /^[A-Za-z0-9_-]{50}$/

export function kioskSecrets(keyring: Keyring, origin: string): KioskSecrets {
  const write = (key: Key, id: string, kiosk: number) => {
    const head = Buffer.allocUnsafe(5)
    head.writeUInt8(key.id, 0)
    head.writeUInt32BE(kiosk, 1)
    const seal = mac(key, 'qrgate kiosk secret', origin, head, signInIdToBytes(id))
    return Buffer.concat([head, seal]).toString('base64url')
  }

  return {
    mint: (id, kiosk) => write(keyring.current, id, kiosk),

    read(id, secret) {
      if (!pattern.test(secret) || !isSignInId(id)) return undefined
      const kiosk = Buffer.from(secret.slice(0, 8), 'base64url').readUInt32BE(1)
      // Minting again and comparing text leaves exactly one spelling of each secret.
      return keyring.accepted.some(key => sameText(write(key, id, kiosk), secret))
        ? kiosk
        : undefined
    },
  }
}
