import { availableParallelism } from 'node:os'
import { hash, verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import { Turns } from '../limits/turns.ts'
import { costOf, hashCost, isVerifiable } from './password-hash.ts'

/**
 * How many hashes run at once: one core stays free for everybody who is not signing in, and one thread of
 * libuv's pool, where hashes run, for the files and names that the gate looks up there.
 * @param threads of the pool: 4, where `UV_THREADPOOL_SIZE` does not say otherwise.
 */
export function hashesAtOnce(cores: number, threads: number): number {
  return Math.max(1, Math.min(cores, threads) - 1)
}

const poolThreads = Number(process.env.UV_THREADPOOL_SIZE) || 4
const atOnce = hashesAtOnce(availableParallelism(), poolThreads)

export interface PasswordHasher {
  /**
   * @param shares who it is for, as {@link Turns} shares them.
   * @returns a PHC string. @throws Refusal `busy` where others use less, or it would wait too long.
   */
  hash(password: string, shares: readonly string[]): Promise<string>
  /**
   * Takes the same time whether or not there is a hash to compare with: that of argon2id, which all
   * accounts have after their first sign-in. @throws Refusal `busy`.
   */
  matches(
    password: string,
    passwordHash: string | null,
    shares: readonly string[],
  ): Promise<boolean>
  /** Since when people are turned away (by `performance.now()`), or null while there is room. */
  fullSince(): number | null
}

/** Hashes that may wait for one sign-in: somebody tapped twice. */
const mostOfOne = 2

/** Hashes off the event loop, in turns. @param longest milliseconds that anybody waits. */
export async function createPasswordHasher(longest: number): Promise<PasswordHasher> {
  const turns = new Turns({ atOnce, longest, mostOfOne })
  const dummyHash = await hash('nobody has this password', hashCost)
  const ownCost = costOf(dummyHash)?.ms ?? 0

  return {
    hash: (password, shares) => turns.run(ownCost, shares, () => hash(password, hashCost)),
    matches: async (password, passwordHash, shares) => {
      const cost = costOf(passwordHash ?? '')
      if (!passwordHash || !cost || !isVerifiable(cost)) {
        // Without a hash to compare with it takes the same time all the same, and is never equal.
        await turns.run(ownCost, shares, () => argon2(password, dummyHash))
        return false
      }
      const verify = cost.kind === 'bcrypt' ? bcrypt : argon2
      return turns.run(cost.ms, shares, () => verify(password, passwordHash))
    },
    fullSince: () => turns.fullSince(),
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
