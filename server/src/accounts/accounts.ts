import { createHmac } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { type Payer, sharesOf } from '../limits/payer.ts'
import type { Try, TryLimits } from '../limits/try-limits.ts'
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
import type { UsualPlaces } from './usual-places.ts'

export interface NewAccount {
  id: string
  name: string
  password: string
}

export interface Credentials {
  id: string
  password: string
}

export interface Registering {
  /** `any` asks nothing of the password but that there is one. */
  rule?: 'usual' | 'any'
  /** Who it is for, in the hash queue; by default the operator. */
  shares?: readonly string[]
}

export interface PreparedAccount {
  account: Account
  /** Adds it, under its own key. */
  add: Decide<Account>
}

export interface Accounts {
  /** @throws Refusal naming what is wrong with it, `account_exists` or `busy`. */
  register(account: NewAccount, by: Actor, how?: Registering): Promise<Account>
  /**
   * A visitor's own new account, paid for like a guess, as it may tell who is here. Nothing is added
   * yet: whoever adds it does so with a change of their own.
   * @throws Refusal naming what is wrong with it, `too_many_tries` or `busy`.
   */
  prepare(account: NewAccount, by: Actor, payer: Payer): Promise<PreparedAccount>
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
  authenticate(credentials: Credentials, payer: Payer): Promise<Account>
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
  tries: TryLimits
  places: UsualPlaces
  /** What everybody here would try first as a password. */
  siteNames: readonly string[]
  clock: Clock
  randomBytes(size: number): Uint8Array
  onError(error: unknown): void
}

const longestName = 64
const operatorsShares = ['operator']

export function createAccounts(parts: AccountsParts): Accounts {
  const { records, passwords, tries, places, siteNames, clock, randomBytes } = parts
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
      externalId: null,
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
  const proven = async (
    known: Account | null,
    password: string,
    shares: readonly string[],
  ): Promise<Account> => {
    let account = known
    for (;;) {
      const matches = await passwords.matches(password, account?.passwordHash ?? null, shares)
      if (!matches || !account) throw wrongCredentials(account)
      // Hashing may have waited in its queue: meanwhile the account or its password may be gone.
      const present = await records.byKey(account.key)
      if (!present || present.disabledAt !== null) throw wrongCredentials(account)
      if (present.passwordHash === account.passwordHash) return present
      account = present
    }
  }

  /** A hash that is not of today's kind is made anew while the password is at hand. */
  const refresh = async (
    { key, passwordHash }: Account,
    password: string,
    shares: readonly string[],
  ): Promise<void> => {
    if (!isOutdated(passwordHash)) return
    try {
      const newer = await passwords.hash(password, shares)
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

  const requirePassword = (account: NewAccount, rule: Registering['rule']): string => {
    if (rule === 'any') return requireAnyPassword(account.password)
    return requireNewPassword(account.password, contextOf(requireAccountId(account.id).id))
  }

  /** All that can be wrong with it is found before the hash, which is made whoever else is here. */
  const newAccount = (
    account: NewAccount,
    event: Pick<LogEvent, 'actor' | 'detail'>,
    { rule, shares = operatorsShares }: Registering,
  ) => {
    const secret = requirePassword(account, rule)
    return prepared(account, () => passwords.hash(secret, shares), event)
  }

  /** Does what a payer wants to have done; whoever was told nothing by it has paid nothing. */
  const paidBy = async <T>(payer: Payer, work: (tried: Try) => Promise<T>): Promise<T> => {
    const tried = await tries.begin(payer)
    try {
      return await work(tried)
    } catch (error) {
      if (!isPaid(error)) tried.unseen()
      throw error
    }
  }

  return {
    register: async (account, actor, how = {}) => add(await newAccount(account, { actor }, how)),

    prepare: (account, actor, payer) =>
      paidBy(payer, async tried => {
        await tried.look()
        return newAccount(account, { actor }, { shares: sharesOf(payer) })
      }),

    async adopt(id, passwordHash, actor) {
      const event = { actor, detail: { from: 'import' } }
      return add(await prepared({ id, name: '' }, () => passwordHash, event))
    },

    authenticate: ({ id, password }, payer) =>
      paidBy(payer, async tried => {
        const secret = preparedPassword(password)
        if (passwordLength(secret) > longestPassword) throw wrongCredentials(null)
        const idKey = accountIdKey(id)
        const known = await find(idKey)
        const { standing, remember } = await places.look(known, payer)
        await tried.look({ id: idKey, standing }).catch(error => {
          throw error instanceof Refusal ? ofAccount(error, known) : error
        })
        const shares = sharesOf(payer)
        const account = await proven(known, secret, shares)
        await refresh(account, secret, shares)
        tried.right()
        await remember()
        return account
      }),

    async assertUsable(key) {
      const account = await records.byKey(key)
      if (!account || account.disabledAt !== null) throw new Refusal('account_unusable')
      return account
    },

    byId: id => find(accountIdKey(id)),

    async changePassword({ key, id }, password, by) {
      const secret = requireNewPassword(password, contextOf(id))
      const passwordHash = await passwords.hash(secret, operatorsShares)
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

/** Whoever was told something has paid for it; who was not looked at comes again for nothing. */
function isPaid(error: unknown): boolean {
  return error instanceof Refusal && ['wrong_credentials', 'too_many_tries'].includes(error.code)
}

function wrongCredentials(account: Account | null): Refusal {
  return ofAccount(new Refusal('wrong_credentials'), account)
}

/** For the log only. */
function ofAccount(refusal: Refusal, account: Account | null): Refusal {
  return Object.assign(refusal, { account: account?.key })
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
