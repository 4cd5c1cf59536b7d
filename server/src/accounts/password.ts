import { availableParallelism } from 'node:os'
import { hash, verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import { Refusal } from '../errors.ts'
import { FairQueue } from '../limits/fair-queue.ts'
import { seconds } from '../limits/limit.ts'
import { costOf, hashCost } from './password-hash.ts'

/** One core stays free for everybody who is not signing in. */
const atOnce = Math.max(1, availableParallelism() - 1)

export interface PasswordHasher {
  /**
   * @param shares who it is for, as in {@link FairQueue}.
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
/** How much the latest hash says about how fast this machine is; a machine that slept says nothing. */
const newest = 0.1
const slowest = 10

interface Waiting {
  /** On this machine, as it is now. */
  cost: number
  shares: readonly string[]
  start(): void
  refuse(): void
}

/**
 * Hashes off the event loop, a few at once, behind a fair queue that is bounded by the time it is
 * expected to take: beyond it people are told to try again, at once or in that time, rather than left
 * waiting for ever.
 * @param longest milliseconds that anybody waits.
 */
export async function createPasswordHasher(longest: number): Promise<PasswordHasher> {
  const room = longest * atOnce
  const queue = new FairQueue<Waiting>({ room, mostOfOne })
  const dummyHash = await hash('nobody has this password', hashCost)
  const nominal = costOf(dummyHash)?.ms ?? 0
  let running = 0
  /** Of the time that a hash takes by its cost. */
  let slowness = 1
  let full: number | null = null

  const refuse = (work: Waiting) => {
    full ??= performance.now()
    work.refuse()
  }
  const startNext = () => {
    while (running < atOnce) {
      const work = queue.next(performance.now())
      if (!work) return
      running += 1
      work.start()
    }
  }
  /** Resolves when it is this one's turn. */
  const turn = (cost: number, shares: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      const refuseWork = () => {
        clearTimeout(timer)
        const again = seconds(queue.expected / atOnce)
        reject(new Refusal('busy', 'more passwords wait than can be checked in time', again))
      }
      const start = () => {
        clearTimeout(timer)
        resolve()
      }
      const work: Waiting = { cost: cost * slowness, shares, start, refuse: refuseWork }
      // Where it takes longer than was expected, nobody waits longer all the same.
      const timer = setTimeout(() => {
        queue.drop(work)
        refuse(work)
      }, longest)
      const gone = queue.offer(work, performance.now())
      if (gone.length === 0) full = null
      for (const one of gone) refuse(one)
      startNext()
    })
  const queued = async <T>(
    cost: number,
    shares: readonly string[],
    work: () => Promise<T>,
  ): Promise<T> => {
    await turn(cost, shares)
    const started = performance.now()
    try {
      return await work()
    } finally {
      running -= 1
      const seen = Math.min(slowest, (performance.now() - started) / cost)
      slowness += newest * (seen - slowness)
      startNext()
    }
  }

  return {
    hash: (password, shares) => queued(nominal, shares, () => hash(password, hashCost)),
    matches: async (password, passwordHash, shares) => {
      const cost = costOf(passwordHash ?? '')
      // Without a readable hash it is compared with the dummy hash: same time, never equal.
      const known = cost === undefined || passwordHash === null ? dummyHash : passwordHash
      const verify = cost?.kind === 'bcrypt' ? bcrypt : argon2
      const equal = await queued(cost?.ms ?? nominal, shares, () => verify(password, known))
      return equal && known !== dummyHash
    },
    // Whoever taps too often is refused as well, and nobody else has to know.
    fullSince: () => (queue.expected < room / 2 ? null : full),
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
