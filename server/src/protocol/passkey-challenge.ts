import { type Key, type Keyring, mac, sameText } from './keyring.ts'

/** What an authenticator is asked to do: to sign in, or to make a passkey. */
export type Ceremony = 'get' | 'create'

/**
 * Challenges of WebAuthn (Level 3 §13.4.3). Nothing is stored: each is bound to what it is for, its phone and
 * one ceremony, and good for as long as the longest sign-in. What makes it good for once is what it is
 * bound to: a sign-in is approved once, a session is begun once, and a passkey is added once.
 * base64url(key id 1 byte | expiry in milliseconds 6 | HMAC-SHA256 32).
 */
export interface PasskeyChallenges {
  /** @param to what it is for, of which there is one: a sign-in's id, say. */
  mint(ceremony: Ceremony, to: string, phoneHash: string, now: number): string
  /** Whether it is one of ours, for just this, and not too old. */
  isGood(text: string, ceremony: Ceremony, to: string, phoneHash: string, now: number): boolean
}

/** In milliseconds: a sign-in that waits to be scanned, is scanned, and is given more time once. */
const life = 15 * 60_000

const pattern = /^[A-Za-z0-9_-]{52}$/
const headSize = 7

export function passkeyChallenges(keyring: Keyring, origin: string): PasskeyChallenges {
  const write = (key: Key, ceremony: Ceremony, to: string, phoneHash: string, expiry: number) => {
    const head = Buffer.alloc(headSize)
    head.writeUInt8(key.id, 0)
    head.writeUIntBE(expiry, 1, 6)
    const bound = [origin, head, ceremony, to, phoneHash]
    return Buffer.concat([head, mac(key, 'qrgate passkey', ...bound)]).toString('base64url')
  }

  return {
    mint: (ceremony, to, phoneHash, now) =>
      write(keyring.current, ceremony, to, phoneHash, now + life),

    isGood(text, ceremony, to, phoneHash, now) {
      if (!pattern.test(text)) return false
      const expiry = Buffer.from(text, 'base64url').readUIntBE(1, 6)
      return (
        now < expiry &&
        keyring.accepted.some(key => sameText(write(key, ceremony, to, phoneHash, expiry), text))
      )
    },
  }
}
