import { createHmac } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Account, AccountRecords } from '../store/store.ts'
import { accountIdKey, requireAccountId } from './account-id.ts'
import type { PasswordHasher } from './password.ts'

/** Who asks decides how strict a new account's password must be. */
export interface NewAccount {
  id: string
  name: string
  password: string
}

export interface Accounts {
  /** @throws Refusal naming what is wrong with it, or `account_exists`. */
  register(account: NewAccount, rule?: { shortestPassword: number }): Promise<Account>
  /**
   * The account whose password this is; the same work and the same refusal for an unknown id, a
   * wrong password and a disabled account (ASVS 6.3.8).
   * @throws Refusal `wrong_credentials` or `busy`.
   */
  authenticate(id: string, password: string): Promise<Account>
  /** Every path that issues anything asks here first. @throws Refusal `account_unusable`. */
  assertUsable(key: string): Promise<Account>
  /** The stable, opaque name of an account at one relying party (OpenID Connect Core §8.1). */
  subject(account: Account, relyingParty: string): string
}

export interface AccountsParts {
  records: AccountRecords
  passwords: PasswordHasher
  clock: Clock
  randomBytes(size: number): Uint8Array
}

const longestPassword = 1024
const longestName = 64
/** ASVS 6.2.1. */
const shortestPassword = 8

export function createAccounts({
  records,
  passwords,
  clock,
  randomBytes,
}: AccountsParts): Accounts {
  return {
    async register({ id, name, password }, rule = { shortestPassword }) {
      const accountId = requireAccountId(id)
      const secret = password.normalize('NFC')
      if (secret.length < rule.shortestPassword) throw new Refusal('password_too_short')
      if (secret.length > longestPassword) throw new Refusal('password_too_long')
      const account: Account = {
        key: Buffer.from(randomBytes(16)).toString('base64url'),
        id: accountId,
        name: requireName(name),
        passwordHash: await passwords.hash(secret),
        subjectSeed: Buffer.from(randomBytes(32)).toString('base64url'),
        disabledAt: null,
        createdAt: clock(),
      }
      const added = await records.add(account, accountIdKey(accountId))
      if (!added) throw new Refusal('account_exists')
      return account
    },

    async authenticate(id, password) {
      const secret = password.normalize('NFC')
      if (secret.length > longestPassword) throw new Refusal('wrong_credentials')
      const account = await records.byIdKey(accountIdKey(id.trim()))
      const matches = await passwords.matches(secret, account?.passwordHash ?? null)
      if (!matches || !account || account.disabledAt !== null) {
        throw new Refusal('wrong_credentials')
      }
      return account
    },

    async assertUsable(key) {
      const account = await records.byKey(key)
      if (!account || account.disabledAt !== null) throw new Refusal('account_unusable')
      return account
    },

    subject: (account, relyingParty) =>
      createHmac('sha256', Buffer.from(account.subjectSeed, 'base64url'))
        .update(relyingParty)
        .digest('base64url'),
  }
}

/** Names may be left out; control and direction characters would let one name pose as another. */
function requireName(name: string): string {
  const normalized = name.normalize('NFC').trim().replace(/\s+/g, ' ')
  if (normalized.length > longestName || /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u.test(normalized)) {
    throw new Refusal('name_invalid')
  }
  return normalized
}
