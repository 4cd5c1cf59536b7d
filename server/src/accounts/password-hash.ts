/** Hashes that can be verified here: our own argon2id, and the bcrypt of systems before this one. */
export type HashKind = 'argon2id' | 'bcrypt'

/** Argon2id with OWASP's parameters: 19 MiB, two passes, one lane. */
export const hashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const { memoryCost, timeCost, parallelism } = hashCost
const current = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`

/** A cost of 15 takes two seconds already. */
const bcrypt = /^\$2[aby]\$(?:0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}$/
const argon2id =
  /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,86}$/
/** What one sign-in may cost: 256 MiB, 16 passes, 16 lanes. */
const most = [262_144, 16, 16] as const

/** Undefined for everything that nobody should spend time on: garbage, or a cost without bounds. */
export function hashKind(hash: string): HashKind | undefined {
  if (bcrypt.test(hash)) return 'bcrypt'
  const costs = argon2id.exec(hash)?.slice(1).map(Number)
  const bearable = costs?.every((cost, index) => cost > 0 && cost <= (most[index] ?? 0))
  return bearable ? 'argon2id' : undefined
}

/** Whether a hash should be made anew when the password is next at hand. */
export function isOutdated(hash: string): boolean {
  return !hash.startsWith(current)
}
