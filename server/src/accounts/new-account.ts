import type { Clock } from '../clock.ts'
import type { LogEvent } from '../protocol/log-event.ts'
import type { Account } from '../store/account.ts'
import { type Decide, unchanged } from '../store/change.ts'
import { accountEvent } from './account-event.ts'
import { idColumns } from './account-fields.ts'
import { requireName } from './account-name.ts'
import { requireExternalId } from './external-id.ts'
import { requireAnyPassword, requireNewPassword } from './new-password.ts'
import type { PasswordHasher } from './password.ts'

/** What a visitor says of a new account. */
export interface NewAccount {
  id: string
  name: string
  password: string
}

/** With what else the form of whoever signs up holds. */
export interface SignUpEntry extends NewAccount {
  /** The code by which they may, where one is needed. */
  invitation?: string | undefined
  /** The version of the notice that was shown. */
  notice?: string | undefined
}

/** What an operator says of a new account. */
export interface RegisteredAccount extends NewAccount {
  /** What another system calls this person; null or left out where none does. */
  externalId?: string | null
}

/** An account of another system, with the hash that was made there. */
export interface AdoptedAccount {
  id: string
  name?: string
  externalId?: string | null
  passwordHash: string
}

export interface Registering {
  /** `any` asks nothing of the password but that there is one. */
  rule?: 'usual' | 'any'
  /** Who it is for, where it waits for its turn; by default the operator. */
  shares?: readonly string[]
  /** The version of the notice that its owner has agreed to. */
  consent?: string | null
}

export interface PreparedAccount {
  account: Account
  /** Adds it, under its own key. */
  add: Decide<Account>
}

/** Makes accounts that are added later, or never. */
export interface NewAccounts {
  /**
   * All that can be wrong with it is found before the hash, which is made whoever else is here.
   * @throws Refusal naming what is wrong with it, or `busy`.
   */
  make(account: RegisteredAccount, event: Told, how: Registering): Promise<PreparedAccount>
  /** @throws Refusal naming what is wrong with it. */
  adopted(account: AdoptedAccount, event: Told): PreparedAccount
}

export interface NewAccountsParts {
  passwords: Pick<PasswordHasher, 'hash'>
  /** What everybody here would try first as a password. */
  siteNames: readonly string[]
  clock: Clock
  randomBytes(size: number): Uint8Array
}

/** Who adds it, and how. */
type Told = Pick<LogEvent, 'actor' | 'detail'>

type Said = Omit<AdoptedAccount, 'passwordHash'>

/** In the hash queue. */
export const operatorsShares = ['operator']

export function createNewAccounts(parts: NewAccountsParts): NewAccounts {
  const { passwords, siteNames, clock, randomBytes } = parts
  const random = (size: number) => Buffer.from(randomBytes(size)).toString('base64url')

  const columnsOf = ({ id, name = '', externalId = null }: Said) => ({
    ...idColumns(id),
    name: requireName(name),
    externalId: requireExternalId(externalId),
  })

  const prepared = (
    columns: ReturnType<typeof columnsOf>,
    passwordHash: string,
    event: Told,
    consent: string | null = null,
  ): PreparedAccount => {
    const createdAt = clock()
    const account: Account = {
      key: random(16),
      ...columns,
      passwordHash,
      epoch: 0,
      recoveryHash: null,
      recoveryExpiresAt: null,
      subjectSeed: random(32),
      consentVersion: consent,
      consentedAt: consent === null ? null : createdAt,
      disabledAt: null,
      removedAt: null,
      deleteAt: null,
      createdAt,
    }
    const added = accountEvent(account.key, 'account.added', createdAt, event)
    return {
      account,
      // A broken connection may hide that an earlier try succeeded; the key is random.
      add: old => (old ? unchanged(old) : { next: account, events: [added] }),
    }
  }

  return {
    async make(account, event, { rule, shares = operatorsShares, consent }) {
      const { password } = account
      const columns = columnsOf(account)
      const secret =
        rule === 'any'
          ? requireAnyPassword(password)
          : await requireNewPassword(password, passwordContext(columns.id, siteNames), shares)
      return prepared(columns, await passwords.hash(secret, shares), event, consent)
    },

    adopted: (account, event) => prepared(columnsOf(account), account.passwordHash, event),
  }
}

/** Words that a password of this account must not be made of. */
export function passwordContext(id: string, siteNames: readonly string[]): string[] {
  return ['qrgate', id, ...siteNames]
}
