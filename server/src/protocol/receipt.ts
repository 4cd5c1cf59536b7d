import { type Key, type Keyring, mac, sameText } from './keyring.ts'
import { signInIdToBytes } from './sign-in-id.ts'

/**
 * A receipt says "this browser was shown the sign-in page for a fresh ticket". It commits the scan,
 * is bound to the phone key by its hash, and is worth nothing in another browser.
 * base64url(key id 1 byte | kiosk number 4 | expiry in seconds 4 | HMAC-SHA256 32).
 */
export interface Receipts {
  mint(id: string, kiosk: number, phoneHash: string, now: number): string
  read(id: string, phoneHash: string, text: string, now: number): Receipt
}

export type Receipt = { kiosk: number } | 'wrong' | 'stale'

const lifetime = 180
const pattern = /^[A-Za-z0-9_-]{55}$/

export function receipts(keyring: Keyring, origin: string): Receipts {
  const write = (key: Key, id: string, kiosk: number, phoneHash: string, expiry: number) => {
    const head = Buffer.alloc(9)
    head.writeUInt8(key.id, 0)
    head.writeUInt32BE(kiosk, 1)
    head.writeUInt32BE(expiry, 5)
    const seal = mac(key, 'qrgate receipt', origin, head, signInIdToBytes(id), phoneHash)
    return Buffer.concat([head, seal]).toString('base64url')
  }

  return {
    mint: (id, kiosk, phoneHash, now) =>
      write(keyring.current, id, kiosk, phoneHash, Math.floor(now / 1000) + lifetime),

    read(id, phoneHash, text, now) {
      if (!pattern.test(text)) return 'wrong'
      const head = Buffer.from(text.slice(0, 12), 'base64url')
      const kiosk = head.readUInt32BE(1)
      const expiry = head.readUInt32BE(5)
      const genuine = keyring.accepted.some(key =>
        sameText(write(key, id, kiosk, phoneHash, expiry), text),
      )
      if (!genuine) return 'wrong'
      return now < expiry * 1000 ? { kiosk } : 'stale'
    },
  }
}
