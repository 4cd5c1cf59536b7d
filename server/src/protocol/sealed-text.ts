import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Key, Keyring } from './keyring.ts'

/**
 * Secrets that a row must keep to use them, encrypted with AES-256-GCM (NIST SP 800-38D) under a derived
 * key, and bound to their row: what is copied into another row opens nothing.
 * base64url(form 1 byte | key id 1 | nonce 12 | ciphertext | tag 16).
 */
export interface SealedTexts {
  /** @param row which row keeps it, e.g. `client clinic`. */
  seal(row: string, secret: string): string
  /** @returns null where it is of another row, was changed, or its key is not accepted (any more). */
  open(row: string, sealed: string): string | null
  /**
   * The same secret under the current key: unchanged where it is so already.
   * @returns null where {@link SealedTexts.open} would.
   */
  renew(row: string, sealed: string): string | null
}

const form = 1
const nonceSize = 12
const tagSize = 16
const headSize = 2 + nonceSize

/** @param keyring of one purpose: a secret of another purpose opens nothing either. */
export function sealedTexts(
  keyring: Keyring,
  randomBytes: (size: number) => Uint8Array,
): SealedTexts {
  const unseal = (key: Key, row: string, bytes: Buffer): string | null => {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.object, bytes.subarray(2, headSize))
      decipher.setAAD(additional(key, row))
      decipher.setAuthTag(bytes.subarray(-tagSize))
      const text = decipher.update(bytes.subarray(headSize, -tagSize))
      return Buffer.concat([text, decipher.final()]).toString()
    } catch {
      return null
    }
  }

  const openWith = (keys: readonly Key[], row: string, sealed: string): string | null => {
    const bytes = Buffer.from(sealed, 'base64url')
    if (bytes.length < headSize + tagSize || bytes[0] !== form) return null
    for (const key of keys) {
      const text = key.id === bytes[1] ? unseal(key, row, bytes) : null
      if (text !== null) return text
    }
    return null
  }

  const seal = (row: string, secret: string): string => {
    const key = keyring.current
    const nonce = randomBytes(nonceSize)
    const cipher = createCipheriv('aes-256-gcm', key.object, nonce)
    cipher.setAAD(additional(key, row))
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    const head = Uint8Array.of(form, key.id)
    return Buffer.concat([head, nonce, text, cipher.getAuthTag()]).toString('base64url')
  }

  const open = (row: string, sealed: string) => openWith(keyring.accepted, row, sealed)

  return {
    seal,
    open,
    renew(row, sealed) {
      // Opened and not only looked at: one in 256 older keys has the id of the current one.
      if (openWith([keyring.current], row, sealed) !== null) return sealed
      const secret = open(row, sealed)
      return secret === null ? null : seal(row, secret)
    },
  }
}

function additional(key: Key, row: string): Buffer {
  return Buffer.from(`qrgate sealed ${form} ${key.id} ${row}`)
}
