import { type Key, type Keyring, mac, sameText } from './keyring.ts'
import { signInIdToBytes } from './sign-in-id.ts'

/**
 * A receipt says "this browser was shown the sign-in page for a fresh ticket". It commits the scan,
 * is bound to the phone key by its hash, and is worth nothing in another browser.
 * base64url(key id 1 byte | kiosk number 4 | expiry in milliseconds 6 | HMAC-SHA256 32).
 */
export interface Receipts {
  /**
   * @param shownAt when the kiosk showed what the phone has read, in milliseconds since 1970: a receipt
   * is good for {@link receiptLife} from then on, so that looking at a photograph gains no time.
   */
  mint(id: string, kiosk: number, phoneHash: string, shownAt: number): string
  read(id: string, phoneHash: string, text: string, now: number): Receipt
}

export type Receipt = { kiosk: number } | 'wrong' | 'stale'

/** How long a receipt is good, in milliseconds; twice as long as a frame is by default. */
export const receiptLife = 60_000

const pattern = /^[A-Za-z0-9_-]{58}$/
const headSize = 11

export function receipts(keyring: Keyring, origin: string): Receipts {
  const write = (key: Key, id: string, kiosk: number, phoneHash: string, expiry: number) => {
    const head = Buffer.alloc(headSize)
    head.writeUInt8(key.id, 0)
    head.writeUInt32BE(kiosk, 1)
    head.writeUIntBE(expiry, 5, 6)
    const seal = mac(key, 'qrgate receipt', origin, head, signInIdToBytes(id), phoneHash)
    return Buffer.concat([head, seal]).toString('base64url')
  }

  return {
    mint: (id, kiosk, phoneHash, shownAt) =>
      write(keyring.current, id, kiosk, phoneHash, shownAt + receiptLife),

    read(id, phoneHash, text, now) {
      if (!pattern.test(text)) return 'wrong'
      const head = Buffer.from(text, 'base64url')
      const kiosk = head.readUInt32BE(1)
      const expiry = head.readUIntBE(5, 6)
      const genuine = keyring.accepted.some(key =>
        sameText(write(key, id, kiosk, phoneHash, expiry), text),
      )
      if (!genuine) return 'wrong'
      return now < expiry ? { kiosk } : 'stale'
    },
  }
}
