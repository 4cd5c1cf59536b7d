import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { Refusal } from '../errors.ts'

/** Argon2id with OWASP's parameters: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
/** One core stays free for everybody who is not signing in. */
const atOnce = Math.max(1, availableParallelism() - 1)

export interface PasswordHasher {
  /** @returns a PHC string. @throws Refusal `busy` when the queue is full. */
  hash(password: string): Promise<string>
  /** Takes the same time whether or not there is a hash to compare with. @throws Refusal `busy`. */
  matches(password: string, passwordHash: string | null): Promise<boolean>
}

/**
 * Hashes off the event loop, a few at once, behind a queue of bounded length: beyond it people are
 * told to try again rather than left waiting for ever.
 * @param queueLength hashes that may wait; about 12 ms each.
 */
export async function createPasswordHasher(queueLength: number): Promise<PasswordHasher> {
  const limit = pLimit(atOnce)
  const queued = <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= queueLength) throw new Refusal('busy', 'the hash queue is full')
    return limit(work)
  }
  const nobody = await hash('nobody has this password', cost)

  return {
    hash: async password => queued(() => hash(password, cost)),
    matches: async (password, passwordHash) => {
      const same = await queued(() => check(passwordHash ?? nobody, password))
      return same && passwordHash !== null
    },
  }
}

async function check(passwordHash: string, password: string): Promise<boolean> {
  try {
    return await verify(passwordHash, password)
  } catch {
    // A hash that cannot be read matches nothing.
    return false
  }
}
