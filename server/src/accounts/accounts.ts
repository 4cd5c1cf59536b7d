import { createHmac } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { FailureLimits } from '../limits/failure-limits.ts'
import type { Actor, LogEvent, LogEventName } from '../protocol/log-event.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import { type Decide, unchanged } from '../store/change.ts'
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

export interface PreparedAccount {
  account: Account
  /** Adds it, under its own key. */
  add: Decide<Account>
}

export interface Accounts {
  /**
   * @param rule `any` asks nothing of the password but that there is one.
   * @throws Refusal naming what is wrong with it, or `account_exists`.
   */
  register(account: NewAccount, by: Actor, rule?: 'usual' | 'any'): Promise<Account>
  /** The same, but nothing is added yet: whoever adds it does so with a change of their own. */
  prepare(account: NewAccount, by: Actor, rule?: 'usual' | 'any'): Promise<PreparedAccount>
  /**
   * An account from another system, with the hash made there; its first sign-in makes a new hash.
   * @throws Refusal `account_id_invalid` or `account_exists`.
   */
  adopt(id: string, passwordHash: string, by: Actor): Promise<Account>
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
  changePassword(account: Account, password: string, by: Actor): Promise<void>
  /** Takes effect at once: for the next sign-in, and for a claim of an earlier one. */
  disable(account: Account, by: Actor): Promise<void>
  enable(account: Account, by: Actor): Promise<void>
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

  const prepared = async (
    { id: text, name }: Pick<NewAccount, 'id' | 'name'>,
    hash: () => Promise<string> | string,
    event: Pick<LogEvent, 'actor' | 'detail'>,
  ): Promise<PreparedAccount> => {
    const { id, key: idKey, skeleton: idSkeleton } = requireAccountId(text)
    const account: Account = {
      key: random(16),
      id,
      idKey,
      idSkeleton,
      name: requireName(name),
      passwordHash: await hash(),
      subjectSeed: random(32),
      disabledAt: null,
      createdAt: clock(),
    }
    const added = accountEvent(account.key, 'account.added', account.createdAt, event)
    return {
      account,
      // A broken connection may hide that an earlier try succeeded; the key is random.
      add: old => (old ? unchanged(old) : { next: account, events: [added] }),
    }
  }
  const add = async ({ account, add }: PreparedAccount) => {
    await records.update(account.key, add)
    return account
  }

  /**
   * Changes an account that is there. @param changed null where it is so already, which a broken
   * connection may have hidden.
   */
  const change = async (
    key: string,
    changed: (account: Account) => Partial<Account> | null,
    event: LogEventName,
    actor: Actor,
  ): Promise<void> => {
    const at = clock()
    await records.update(key, old => {
      if (!old) throw new Refusal('account_unusable')
      const difference = changed(old)
      if (difference === null) return unchanged(old)
      const next = { ...old, ...difference }
      return { next, events: [accountEvent(key, event, at, { actor })] }
    })
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
      if (!matches || !account) throw wrongCredentials(account)
      // Hashing may have waited in its queue: meanwhile the account or its password may be gone.
      const present = await records.byKey(account.key)
      if (!present || present.disabledAt !== null) throw wrongCredentials(account)
      if (present.passwordHash === account.passwordHash) return present
      account = present
    }
  }

  /** A hash that is not of today's kind is made anew while the password is at hand. */
  const refresh = async ({ key, passwordHash }: Account, password: string): Promise<void> => {
    if (!isOutdated(passwordHash)) return
    try {
      const newer = await passwords.hash(password)
      await records.update(key, old => {
        if (!old) throw new Refusal('account_unusable')
        // Meanwhile it may have another password, which this one must not replace.
        if (old.passwordHash !== passwordHash) return unchanged(old)
        return { next: { ...old, passwordHash: newer }, events: [], quiet: true }
      })
    } catch (error) {
      // The old hash goes on working; only a full queue is no news.
      if (!(error instanceof Refusal)) parts.onError(error)
    }
  }

  const prepare: Accounts['prepare'] = async ({ id, name, password }, actor, rule = 'usual') => {
    const wanted = requireAccountId(id)
    const secret =
      rule === 'any'
        ? requireAnyPassword(password)
        : requireNewPassword(password, contextOf(wanted.id))
    // Spares a hash; adding the record decides.
    if (await records.byIdKey(wanted.key)) throw new Refusal('account_exists')
    return prepared({ id, name }, () => passwords.hash(secret), { actor })
  }

  return {
    register: async (account, by, rule) => add(await prepare(account, by, rule)),
    prepare,

    async adopt(id, passwordHash, actor) {
      const event = { actor, detail: { from: 'import' } }
      return add(await prepared({ id, name: '' }, () => passwordHash, event))
    },

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

    async changePassword({ key, id }, password, by) {
      const secret = requireNewPassword(password, contextOf(id))
      const passwordHash = await passwords.hash(secret)
      const changed = (old: Account) =>
        old.passwordHash === passwordHash ? null : { passwordHash }
      await change(key, changed, 'account.password_changed', by)
    },

    async disable({ key }, by) {
      const now = { disabledAt: clock() }
      await change(key, old => (old.disabledAt === null ? now : null), 'account.disabled', by)
    },

    async enable({ key }, by) {
      const open = { disabledAt: null }
      await change(key, old => (old.disabledAt === null ? null : open), 'account.enabled', by)
    },

    subject: (account, relyingParty) =>
      createHmac('sha256', Buffer.from(account.subjectSeed, 'base64url'))
        .update(relyingParty)
        .digest('base64url'),
  }
}

function wrongCredentials(account: Account | null): Refusal {
  return Object.assign(new Refusal('wrong_credentials'), { account: account?.key })
}

function accountEvent(
  key: string,
  event: LogEventName,
  at: number,
  { actor, detail }: Pick<LogEvent, 'actor' | 'detail'>,
): LogEvent {
  const subject = { kind: 'account', id: key } as const
  return { event, at, actor, subject, account: key, ...(detail && { detail }) }
}

/** Names may be left out; control and direction characters would let one name pose as another. */
function requireName(name: string): string {
  const normalized = name.normalize('NFC').trim().replace(/\s+/g, ' ')
  if ([...normalized].length > longestName || /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u.test(normalized)) {
    throw new Refusal('name_invalid')
  }
  return normalized
}
