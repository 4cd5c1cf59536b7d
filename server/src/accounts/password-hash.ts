/** Hashes that can be verified here: our own argon2id, and the bcrypt of systems before this one. */
export type HashKind = 'argon2id' | 'bcrypt'

/** What it costs to verify a hash. */
export interface HashCost {
  kind: HashKind
  /** Milliseconds on one core of a machine of 2024; elsewhere it is a multiple of that. */
  ms: number
  /** KiB that are in use meanwhile. */
  memory: number
}

/** Argon2id with OWASP's parameters: 19 MiB, two passes, one lane. */
export const hashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const { memoryCost, timeCost, parallelism } = hashCost
const current = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`

/** A cost of 15 takes two seconds already. */
const bcrypt = /^\$2[aby]\$(0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}$/
const argon2id =
  /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,86}$/
/** What is verified at all: 256 MiB, 16 passes, 16 lanes. */
const most = [262_144, 16, 16] as const

/** Measured: argon2id takes 12.6 ms as above, bcrypt 213 ms at a cost of 12. */
const msOfArgon2 = 12.6 / (memoryCost * timeCost)
const msOfBcrypt = 213 / 2 ** 12

/** Undefined for everything that nobody should spend time on: garbage, or a cost without bounds. */
export function costOf(hash: string): HashCost | undefined {
  const [, log] = bcrypt.exec(hash) ?? []
  if (log !== undefined) return { kind: 'bcrypt', ms: msOfBcrypt * 2 ** Number(log), memory: 4 }
  const costs = argon2id.exec(hash)?.slice(1).map(Number)
  const bearable = costs?.every((cost, index) => cost > 0 && cost <= (most[index] ?? 0))
  if (!costs || !bearable) return undefined
  const [memory = 0, passes = 0] = costs
  return { kind: 'argon2id', ms: msOfArgon2 * memory * passes, memory }
}

/** As much as others may have to wait for one stranger's guess at a new account: bcrypt up to 12. */
const mostImported = { ms: 250, memory: 131_072 }

/**
 * Whether an account with this hash may be added. Those that are here stay, and have a hash of today's
 * kind after their first sign-in.
 */
export function isImportable({ ms, memory }: HashCost): boolean {
  return ms <= mostImported.ms && memory <= mostImported.memory
}

/** Whether a hash should be made anew when the password is next at hand. */
export function isOutdated(hash: string): boolean {
  return !hash.startsWith(current)
}
