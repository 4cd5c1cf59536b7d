import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { Keyring } from '../protocol/keyring.ts'
import type { Checkpoint } from '../store/log.ts'

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

export interface CheckpointKeys {
  /** Signs a seal (Ed25519, RFC 8032). @param at milliseconds since 1970. */
  sign(position: number, seal: string, at: number): Checkpoint
  /** `unknown` where a key has signed that this gate does not have (any more). */
  check(checkpoint: Checkpoint): 'good' | 'wrong' | 'unknown'
}

/** @param keyring its keys become key pairs: no other key is to be kept, backed up or lost. */
export function checkpointKeys({ current, accepted }: Keyring): CheckpointKeys {
  const pairOf = ({ bytes }: { bytes: Buffer }) => {
    const key = Buffer.concat([pkcs8, bytes])
    const secret = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    const open = createPublicKey(secret)
    return { secret, open, name: open.export({ format: 'jwk' }).x ?? '' }
  }
  const signing = pairOf(current)
  const known = new Map<string, KeyObject>(
    accepted.map(pairOf).map(({ name, open }) => [name, open]),
  )

  return {
    sign(position, seal, at) {
      const signature = sign(null, signed({ position, seal, at }), signing.secret)
      return { position, seal, at, key: signing.name, signature: signature.toString('base64url') }
    },
    check(checkpoint) {
      const key = known.get(checkpoint.key)
      if (!key) return 'unknown'
      const signature = Buffer.from(checkpoint.signature, 'base64url')
      return verify(null, signed(checkpoint), key, signature) ? 'good' : 'wrong'
    },
  }
}

/** A checkpoint as an event has told it; null where it is none. */
export function checkpointIn(told: object): Checkpoint | null {
  const { position, seal, at, key, signature } = told as Record<keyof Checkpoint, unknown>
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(at)) return null
  if (![seal, key, signature].every(text => typeof text === 'string')) return null
  return { position, seal, at, key, signature } as Checkpoint
}

function signed({ position, seal, at }: Pick<Checkpoint, 'position' | 'seal' | 'at'>): Buffer {
  return Buffer.from(`qrgate log checkpoint 1\n${position}\n${seal}\n${at}\n`)
}
