import { createHmac } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { FailureLimits } from '../limits/failure-limits.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import { accountIdKey, isAccountIdKey, requireAccountId } from './account-id.ts'
import {
  longestPassword,
  passwordLength,
  preparedPassword,
  requireAnyPassword,
  requireNewPassword,
} from './new-password.ts'
import type { PasswordHasher } from './password.ts'
import { isOutdated } from './password-hash.ts'

export interface NewAccount {
  id: string
  name: string
  password: string
}

export interface Credentials {
  id: string
  password: string
  /** Where the try comes from, as failures are limited for each network too. */
  address: string
}

export interface Accounts {
  /**
   * @param rule `any` asks nothing of the password but that there is one.
   * @throws Refusal naming what is wrong with it, or `account_exists`.
   */
  register(account: NewAccount, rule?: 'usual' | 'any'): Promise<Account>
  /**
   * An account from another system, with the hash made there; its first sign-in makes a new hash.
   * @throws Refusal `account_id_invalid` or `account_exists`.
   */
  adopt(id: string, passwordHash: string): Promise<Account>
  /**
   * The account whose password this is; the same work and the same refusal for an unknown id, a
   * wrong password and a disabled account (ASVS 6.3.8).
   * @throws Refusal `wrong_credentials`, `too_many_tries` or `busy`.
   */
  authenticate(credentials: Credentials): Promise<Account>
  /** Every path that issues anything asks here first. @throws Refusal `account_unusable`. */
  assertUsable(key: string): Promise<Account>
  /** Null when nobody has this id. */
  byId(id: string): Promise<Account | null>
  /** @throws Refusal naming what is wrong with the password. */
  changePassword(account: Account, password: string): Promise<void>
  /** Takes effect at once: for the next sign-in, and for a claim of an earlier one. */
  disable(account: Account): Promise<void>
  enable(account: Account): Promise<void>
  /** The stable, opaque name of an account at one relying party (OpenID Connect Core §8.1). */
  subject(account: Account, relyingParty: string): string
}

export interface AccountsParts {
  records: AccountRecords
  passwords: PasswordHasher
  failures: FailureLimits
  /** What everybody here would try first as a password. */
  siteNames: readonly string[]
  clock: Clock
  randomBytes(size: number): Uint8Array
  onError(error: unknown): void
}

const longestName = 64

export function createAccounts(parts: AccountsParts): Accounts {
  const { records, passwords, failures, siteNames, clock, randomBytes } = parts
  const random = (size: number) => Buffer.from(randomBytes(size)).toString('base64url')

  const add = async (text: string, name: string, hash: () => Promise<string> | string) => {
    const { id, key: idKey, skeleton } = requireAccountId(text)
    const account: Account = {
      key: random(16),
      id,
      name: requireName(name),
      passwordHash: await hash(),
      subjectSeed: random(32),
      disabledAt: null,
      createdAt: clock(),
    }
    if (await records.add(account, idKey, skeleton)) return account
    throw new Refusal('account_exists')
  }

  const find = async (idKey: string): Promise<Account | null> => {
    return isAccountIdKey(idKey) ? records.byIdKey(idKey) : null
  }

  const contextOf = (id: string) => ['qrgate', id, ...siteNames]

  /** @throws Refusal `wrong_credentials` or `busy`. */
  const proven = async (idKey: string, password: string): Promise<Account> => {
    let account = await find(idKey)
    for (;;) {
      const matches = await passwords.matches(password, account?.passwordHash ?? null)
      if (!matches || !account) throw new Refusal('wrong_credentials')
      // Hashing may have waited in its queue: meanwhile the account or its password may be gone.
      const present = await records.byKey(account.key)
      if (!present || present.disabledAt !== null) throw new Refusal('wrong_credentials')
      if (present.passwordHash === account.passwordHash) return present
      account = present
    }
  }

  /** A hash that is not of today's kind is made anew while the password is at hand. */
  const refresh = async ({ key, passwordHash }: Account, password: string): Promise<void> => {
    if (!isOutdated(passwordHash)) return
    try {
      await records.setPasswordHash(key, await passwords.hash(password), passwordHash)
    } catch (error) {
      // The old hash goes on working; only a full queue is no news.
      if (!(error instanceof Refusal)) parts.onError(error)
    }
  }

  return {
    async register({ id, name, password }, rule = 'usual') {
      const wanted = requireAccountId(id)
      const secret =
        rule === 'any'
          ? requireAnyPassword(password)
          : requireNewPassword(password, contextOf(wanted.id))
      // Spares a hash; adding the record decides.
      if (await records.byIdKey(wanted.key)) throw new Refusal('account_exists')
      return add(id, name, () => passwords.hash(secret))
    },

    adopt: (id, passwordHash) => add(id, '', () => passwordHash),

    async authenticate({ id, password, address }) {
      const secret = preparedPassword(password)
      if (passwordLength(secret) > longestPassword) throw new Refusal('wrong_credentials')
      const idKey = accountIdKey(id)
      const uncount = await failures.count(idKey, address)
      let wrong = false
      try {
        const account = await proven(idKey, secret)
        await refresh(account, secret)
        failures.succeeded(idKey, address)
        return account
      } catch (error) {
        wrong = error instanceof Refusal && error.code === 'wrong_credentials'
        throw error
      } finally {
        if (!wrong) uncount()
      }
    },

    async assertUsable(key) {
      const account = await records.byKey(key)
      if (!account || account.disabledAt !== null) throw new Refusal('account_unusable')
      return account
    },

    byId: id => find(accountIdKey(id)),

    async changePassword({ key, id }, password) {
      const secret = requireNewPassword(password, contextOf(id))
      await records.setPasswordHash(key, await passwords.hash(secret))
    },

    disable: ({ key }) => records.setDisabled(key, clock()),
    enable: ({ key }) => records.setDisabled(key, null),

    subject: (account, relyingParty) =>
      createHmac('sha256', Buffer.from(account.subjectSeed, 'base64url'))
        .update(relyingParty)
        .digest('base64url'),
  }
}

/** Names may be left out; control and direction characters would let one name pose as another. */
function requireName(name: string): string {
  const normalized = name.normalize('NFC').trim().replace(/\s+/g, ' ')
  if ([...normalized].length > longestName || /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u.test(normalized)) {
    throw new Refusal('name_invalid')
  }
  return normalized
}
