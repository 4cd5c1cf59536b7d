import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { networkOf } from '../limits/network.ts'
import { hashedCredential, isCredential, newCredential } from '../protocol/credential.ts'
import { isAhead } from '../protocol/set-back.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import { type Decide, unchanged } from '../store/change.ts'
import { accountEvent } from './account-event.ts'
import { passwordContext } from './new-account.ts'
import { preparedPassword, requireNewPassword } from './new-password.ts'
import type { PasswordHasher } from './password.ts'

/** Time to give somebody their link and to open it, in milliseconds. */
const linkLife = 30 * 60_000
/** For so long after its use the browser that has used it is told that it was done, in milliseconds. */
const usedLinkLife = 60_000

type Columns = Pick<Account, 'recoveryHash' | 'recoveryExpiresAt'>

/** Of an account that nobody recovers. */
export const noRecovery = { recoveryHash: null, recoveryExpiresAt: null } as const satisfies Columns

/** A new link's secret, which is shown once, and the columns of an account that has it. */
export function newRecovery(clock: Clock, randomBytes: (size: number) => Uint8Array) {
  const link = newCredential(randomBytes)
  const columns = { recoveryHash: hashedCredential(link), recoveryExpiresAt: clock() + linkLife }
  return { link, columns }
}

/** Whose browser has opened a link. */
export interface Opener {
  /** The link's secret. */
  link: string
  /** The browser's phone key; empty where it keeps no cookies. */
  browser: string
}

/** What a link leads to. */
export interface Recovering {
  account: Account
  /** This very browser has just used it. */
  isDone: boolean
}

export interface RecoveriesParts {
  records: AccountRecords
  passwords: Pick<PasswordHasher, 'hash' | 'matches'>
  /** What everybody here would try first as a password. */
  siteNames: readonly string[]
  clock: Clock
}

/**
 * Who has lost a password sets a new one by a link that an operator has made. It is used up with the
 * change, in one transaction, and whatever was begun with the old password ends. An answer may get lost: so
 * for a minute the same browser is told again that it was done, and nothing is changed by asking.
 * Whatever is wrong with a link is the same refusal, `link_used`.
 */
export type Recoveries = ReturnType<typeof createRecoveries>

export function createRecoveries({ records, passwords, siteNames, clock }: RecoveriesParts) {
  const isGood = ({ disabledAt, recoveryExpiresAt }: Account) => {
    const now = clock()
    if (disabledAt !== null || recoveryExpiresAt === null) return false
    // A clock that has been set back since must not give it more than its time.
    return now < recoveryExpiresAt && !isAhead(recoveryExpiresAt - linkLife, now)
  }

  /** Changes nothing. @throws Refusal `link_used`. */
  const open = async ({ link, browser }: Opener): Promise<Recovering> => {
    if (!isCredential(link)) throw new Refusal('link_used')
    const now = clock()
    const fresh = await records.byRecoveryHash(hashedCredential(link), now)
    const used = usedHash({ link, browser })
    // Both are looked for whatever there is: nobody learns by the time it takes which links were known here.
    const done = used === null ? null : await records.byRecoveryHash(used, now)
    const account = fresh ?? done
    if (!account || !isGood(account)) throw new Refusal('link_used')
    return { account, isDone: fresh === null }
  }

  /** Uses the link: of many calls at once exactly one succeeds. */
  const use =
    (opener: Opener, passwordHash: string, at: number): Decide<Account> =>
    old => {
      if (!old) throw new Refusal('link_used')
      const used = usedHash(opener)
      // A broken connection may hide that it was done; or the same form was sent twice at once.
      if (old.passwordHash === passwordHash) return unchanged(old)
      if (used !== null && old.recoveryHash === used) return unchanged(old)
      // Disabling, too, takes the link away.
      if (old.recoveryHash !== hashedCredential(opener.link)) throw new Refusal('link_used')
      const left =
        used === null ? noRecovery : { recoveryHash: used, recoveryExpiresAt: at + usedLinkLife }
      const actor = { kind: 'phone', id: '' } as const
      return {
        next: { ...old, passwordHash, epoch: old.epoch + 1, ...left },
        events: [accountEvent(old.key, 'account.recovered', at, { actor })],
      }
    }

  return {
    open,

    /**
     * Sets the password, once.
     * @param address where the browser is; its network has a share of the hash queue.
     * @throws Refusal `link_used`, or naming what is wrong with the password, or `busy`.
     */
    async recover(opener: Opener, password: string, address: string): Promise<void> {
      const { account, isDone } = await open(opener)
      const { key, id } = account
      const shares = ['recovery', networkOf(address), key]
      const secret = isDone
        ? preparedPassword(password)
        : await requireNewPassword(password, passwordContext(id, siteNames), shares)
      let present = account.passwordHash
      if (!isDone) {
        const passwordHash = await passwords.hash(secret, shares)
        const { next } = await records.update(key, use(opener, passwordHash, clock()))
        present = next.passwordHash
        if (present === passwordHash) return
      }
      // The same once more is told that it was done; another password was not set.
      if (!(await passwords.matches(secret, present, shares))) throw new Refusal('link_used')
    },
  }
}

/** What is kept of a link that was used: it leads to its account from the same browser alone. */
function usedHash({ link, browser }: Opener): string | null {
  return browser === '' ? null : hashedCredential(`${link} ${browser}`)
}
