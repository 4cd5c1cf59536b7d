/** Hashes that can be verified here: our own argon2id, and the bcrypt of systems before this one. */
export type HashKind = 'argon2id' | 'bcrypt'

/** What it costs to verify a hash. */
export interface HashCost {
  kind: HashKind
  /** Milliseconds on one core of a machine of 2024; elsewhere it is a multiple of that. */
  ms: number
  /** KiB that are in use meanwhile. */
  memory: number
  lanes: number
}

/** Argon2id with OWASP's parameters: 19 MiB, two passes, one lane. */
export const hashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const { memoryCost, timeCost, parallelism } = hashCost
const current = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`

const bcrypt = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/
const argon2id =
  /^\$argon2id\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,8})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,86}$/

/** Measured: argon2id takes 12.6 ms as above, bcrypt 213 ms at a cost of 12. */
const msOfArgon2 = 12.6 / (memoryCost * timeCost)
const msOfBcrypt = 213 / 2 ** 12

/** Undefined for what is no hash of a kind that is known here. */
export function costOf(hash: string): HashCost | undefined {
  const [, log] = bcrypt.exec(hash) ?? []
  if (log !== undefined) {
    return { kind: 'bcrypt', ms: msOfBcrypt * 2 ** Number(log), memory: 4, lanes: 1 }
  }
  const [memory = 0, passes = 0, lanes = 0] = argon2id.exec(hash)?.slice(1).map(Number) ?? []
  if (memory * passes * lanes === 0) return undefined
  return { kind: 'argon2id', ms: msOfArgon2 * memory * passes, memory, lanes }
}

/** What nobody should spend time on, whoever asks: more than two seconds, or than 256 MiB. */
const mostVerified = { ms: 2_000, memory: 262_144, lanes: 16 }
/** As much as others may have to wait for one stranger's guess at a new account: bcrypt up to 12. */
const mostImported = { ms: 250, memory: 131_072, lanes: 16 }

/** Whether a password is compared with this hash at all. */
export function isVerifiable(cost: HashCost): boolean {
  return isWithin(cost, mostVerified)
}

/**
 * Whether an account with this hash may be added. Those that are here stay, and have a hash of today's
 * kind after their first sign-in.
 */
export function isImportable(cost: HashCost): boolean {
  return isWithin(cost, mostImported)
}

function isWithin({ ms, memory, lanes }: HashCost, most: Omit<HashCost, 'kind'>): boolean {
  return ms <= most.ms && memory <= most.memory && lanes <= most.lanes
}

/** Whether a hash should be made anew when the password is next at hand. */
export function isOutdated(hash: string): boolean {
  return !hash.startsWith(current)
}
