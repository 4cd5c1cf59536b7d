import type { RefusalCode } from '../errors.ts'

/** What a gate tells its operator when too many passwords were wrong; it names no account. */
export interface WrongPasswords {
  /** Wrong passwords and tries that were refused unseen, together. */
  count: number
  /** How long they were counted. */
  seconds: number
  /** How many accounts were tried that there are; {@link mostApart} stands for that many or more. */
  accounts: number
  /** From how many networks; likewise. */
  networks: number
  /** Where most came from; null where no network was known. */
  largest: { network: string; count: number } | null
}

/**
 * More than so many in a minute on one node are no people who mistype: where a hundred sign in a
 * minute and every fifth errs once, there are twenty; and one network within its own limit (300 in
 * 15 minutes) makes twenty too.
 */
export const alarmAbove = 30

/** Accounts and networks that are told apart, however many somebody has. */
export const mostApart = 1_000

const codes = new Set<RefusalCode>(['wrong_credentials', 'too_many_tries'])

/** Counts wrong passwords from one look to the next. */
export function countWrongPasswords() {
  let count = 0
  let accounts = new Set<string>()
  let networks = new Map<string, number>()

  return {
    /** Other refusals are passed over. @param network empty where it is not known. */
    add(code: RefusalCode, account: string | null, network: string): void {
      if (!codes.has(code)) return
      count += 1
      if (account !== null && accounts.size < mostApart) accounts.add(account)
      const known = networks.get(network)
      if (network !== '' && (known !== undefined || networks.size < mostApart)) {
        networks.set(network, (known ?? 0) + 1)
      }
    },

    /** What was counted since the last look, where it is worth an alarm. @param seconds since then. */
    take(seconds: number): WrongPasswords | null {
      const [largest] = [...networks].sort(([, a], [, b]) => b - a)
      const taken = {
        count,
        seconds,
        accounts: accounts.size,
        networks: networks.size,
        largest: largest ? { network: largest[0], count: largest[1] } : null,
      }
      count = 0
      accounts = new Set()
      networks = new Map()
      return taken.count > alarmAbove ? taken : null
    },
  }
}
