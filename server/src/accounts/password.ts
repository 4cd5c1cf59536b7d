import { availableParallelism } from 'node:os'
import { hash, verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import pLimit from 'p-limit'
import { Refusal } from '../errors.ts'
import { hashCost, hashKind } from './password-hash.ts'

/** One core stays free for everybody who is not signing in. */
const atOnce = Math.max(1, availableParallelism() - 1)

export interface PasswordHasher {
  /** @returns a PHC string. @throws Refusal `busy` when the queue is full. */
  hash(password: string): Promise<string>
  /**
   * Takes the same time whether or not there is a hash to compare with: that of argon2id, which all
   * accounts have after their first sign-in. @throws Refusal `busy`.
   */
  matches(password: string, passwordHash: string | null): Promise<boolean>
  /** Since when people are turned away (by `performance.now()`), or null while there is room. */
  fullSince(): number | null
}

/**
 * Hashes off the event loop, a few at once, behind a queue of bounded length: beyond it people are
 * told to try again rather than left waiting for ever.
 * @param queueLength hashes that may wait; about 12 ms each.
 */
export async function createPasswordHasher(queueLength: number): Promise<PasswordHasher> {
  const limit = pLimit(atOnce)
  let full: number | null = null
  const queued = <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount < queueLength) {
      full = null
      return limit(work)
    }
    full ??= performance.now()
    throw new Refusal('busy', 'the hash queue is full')
  }
  const dummyHash = await hash('nobody has this password', hashCost)

  return {
    hash: async password => queued(() => hash(password, hashCost)),
    matches: async (password, passwordHash) => {
      const kind = hashKind(passwordHash ?? '')
      // Without a readable hash it is compared with the dummy hash: same time, never equal.
      const known = kind === undefined || passwordHash === null ? dummyHash : passwordHash
      const verify = kind === 'bcrypt' ? bcrypt : argon2
      return (await queued(() => verify(password, known))) && known !== dummyHash
    },
    fullSince: () => (limit.pendingCount < queueLength ? null : full),
  }
}

function bcrypt(password: string, passwordHash: string): Promise<boolean> {
  return verifyBcrypt(password, passwordHash)
}

async function argon2(password: string, passwordHash: string): Promise<boolean> {
  try {
    return await verifyArgon2(passwordHash, password)
  } catch {
    // It looked like a hash and is none.
    return false
  }
}
