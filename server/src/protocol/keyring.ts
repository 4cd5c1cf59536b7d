import {
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'

/** A derived key; its id is taken from the key itself, so that nodes need not agree on numbers. */
export interface Key {
  /** 0-255. */
  id: number
  bytes: Buffer
  /** The same, ready for use: preparing the bytes anew would cost more than the MAC itself. */
  object: KeyObject
}

/** Keys of one purpose: the current one signs, all of them verify. */
export interface Keyring {
  current: Key
  accepted: readonly Key[]
}

/**
 * Derives the keys of one purpose with HKDF-SHA256 (RFC 5869).
 * @param secretKeys `SECRET_KEY` first, then `SECRET_KEYS_ACCEPTED`.
 */
export function deriveKeyring(
  secretKeys: readonly [string, ...string[]],
  purpose: string,
): Keyring {
  const derive = (secretKey: string): Key => {
    const bytes = Buffer.from(hkdfSync('sha256', secretKey, '', `qrgate ${purpose}`, 32))
    const id = createHash('sha256').update(bytes).digest().readUInt8(0)
    return { id, bytes, object: createSecretKey(bytes) }
  }
  const [current, ...older] = secretKeys
  const currentKey = derive(current)
  return { current: currentKey, accepted: [currentKey, ...older.map(derive)] }
}

/** HMAC-SHA256 over length-prefixed parts, so that no two lists of parts give the same input. */
export function mac(key: Key, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac('sha256', key.object)
  const length = Buffer.alloc(4)
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    length.writeUInt32BE(bytes.length)
    hmac.update(length).update(bytes)
  }
  return hmac.digest()
}

/** Compares in constant time; only the lengths may leak, and they are public. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Like {@link sameBytes}, for text. */
export function sameText(a: string, b: string): boolean {
  return sameBytes(Buffer.from(a), Buffer.from(b))
}
