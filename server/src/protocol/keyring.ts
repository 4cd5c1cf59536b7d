import {
  createHash,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'

/** A derived key; its id is taken from the key itself, so that nodes need not agree on numbers. */
export interface Key {
  /** 0-255. */
  id: number
  bytes: Buffer
  /** The same, ready for ciphers: preparing the bytes anew would cost more than the cipher itself. */
  object: KeyObject
  /** The same, ready for {@link mac}. */
  hmac: Prepared
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
    return { id, bytes, object: createSecretKey(bytes), hmac: prepare(bytes) }
  }
  const [current, ...older] = secretKeys
  const currentKey = derive(current)
  return { current: currentKey, accepted: [currentKey, ...older.map(derive)] }
}

/**
 * HMAC-SHA256 (RFC 2104) written as the two hashes that it is, each over a buffer in which the key's block
 * stands already: OpenSSL's own object for it costs several times as much, and a start makes two.
 */
interface Prepared {
  /** The inner block, then room for a message. */
  inner: Buffer
  /** The beginning of {@link inner} with the last message; the messages of one purpose are equally long. */
  written: Buffer
  /** The outer block, then room for the inner hash. */
  outer: Buffer
}

/** Of SHA-256, in bytes. */
const [blockSize, hashSize] = [64, 32]
/** For what is usual; a longer message makes room for itself. */
const usualMessage = 512

function prepare(key: Buffer): Prepared {
  const block = (pad: number, room: number) => {
    const buffer = Buffer.alloc(blockSize + room)
    buffer.set(key)
    for (let at = 0; at < blockSize; at += 1) buffer.writeUInt8(buffer.readUInt8(at) ^ pad, at)
    return buffer
  }
  const inner = block(0x36, usualMessage)
  return { inner, written: inner, outer: block(0x5c, hashSize) }
}

/** Where a message of so many bytes may be written, from {@link blockSize} on, until {@link sealed}. */
function roomFor({ hmac }: Key, bytes: number): Buffer {
  if (hmac.inner.length < blockSize + bytes) {
    hmac.inner = Buffer.concat([hmac.inner], blockSize + bytes)
    hmac.written = hmac.inner
  }
  return hmac.inner
}

/**
 * Both hashes come as text, a byte a character: memory of its own for each would cost twice what the hash does.
 * @param end where the message ends.
 */
function sealed({ hmac }: Key, end: number): Buffer {
  if (hmac.written.length !== end) hmac.written = hmac.inner.subarray(0, end)
  const { written, outer } = hmac
  outer.write(hash('sha256', written, 'binary'), blockSize, 'binary')
  return Buffer.from(hash('sha256', outer, 'binary'), 'binary')
}

/** HMAC-SHA256 over length-prefixed parts, so that no two lists of parts give the same input. */
export function mac(key: Key, ...parts: readonly (string | Uint8Array)[]): Buffer {
  let length = 0
  for (const part of parts) length += 4 + Buffer.byteLength(part)
  const message = roomFor(key, length)
  let at = blockSize
  for (const part of parts) {
    const size = Buffer.byteLength(part)
    at = message.writeUInt32BE(size, at)
    if (typeof part === 'string') message.write(part, at)
    else message.set(part, at)
    at += size
  }
  return sealed(key, at)
}

/** HMAC-SHA256 over one text as it stands (HS256 of RFC 7518). */
export function macOfText(key: Key, text: string): Buffer {
  const size = Buffer.byteLength(text)
  roomFor(key, size).write(text, blockSize)
  return sealed(key, blockSize + size)
}

/** Compares in constant time; only the lengths may leak, and they are public. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Like {@link sameBytes}, for text. */
export function sameText(a: string, b: string): boolean {
  return sameBytes(Buffer.from(a), Buffer.from(b))
}
