import { createHash } from 'node:crypto'
import type { PhoneKind } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { type Keyring, mac } from '../protocol/keyring.ts'
import type { Actor, LogEvent, LogEventName } from '../protocol/log-event.ts'
import { isAhead } from '../protocol/set-back.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import { type Changes, type Decide, unchanged } from '../store/change.ts'
import type { RememberedPhone, RememberedPhoneRecords } from '../store/remembered-phone.ts'

/** How long a phone is remembered after it was last used, in milliseconds. */
export const rememberedLife = 90 * 86_400_000
/** Its last use is written down anew when it is so long ago: not at every sign-in. */
const usedAnew = 86_400_000

/** A phone that is remembered, and whose it is. */
export interface Returning {
  phone: RememberedPhone
  account: Account
}

/**
 * Phones whose owners sign in by one tap. What proves one is a secret in a cookie, of which the store
 * keeps the hash. It does not change with its use: an answer that was lost, or a second tab, would
 * else look like a thief. It ends by itself 90 days after its last use, and at once with whatever
 * raises its account's epoch.
 */
export type RememberedPhones = ReturnType<typeof createRememberedPhones>

export interface RememberedPhonesParts {
  records: RememberedPhoneRecords
  accounts: Pick<AccountRecords, 'byKey'>
  /** What makes the secrets: so that a phone which asks twice, as an answer was lost, is one and not two. */
  keyring: Keyring
  clock: Clock
  /** When the database was a backup last; who was remembered before may have been forgotten since. Null: never. */
  restoredAt: number | null
}

export function createRememberedPhones(parts: RememberedPhonesParts) {
  const { records, accounts, keyring, clock, restoredAt } = parts

  const secretOf = (signIn: string, phoneKey: string) =>
    mac(keyring.current, signIn, phoneKey).toString('base64url')

  const isOver = ({ forgottenAt, usedAt, createdAt }: RememberedPhone, now: number) =>
    forgottenAt !== null || usedAt <= now - rememberedLife || createdAt <= (restoredAt ?? 0)

  return {
    /** What a phone keeps that asked to be remembered as it signed in: the same whenever it is asked for. */
    secretOf,

    /** Who comes back with this secret; null where nobody does, or no more. */
    async find(secret: string): Promise<Returning | null> {
      if (!pattern.test(secret)) return null
      const after = { used: clock() - rememberedLife, created: restoredAt ?? 0 }
      const phone = await records.good(hashOf(secret), after)
      if (!phone) return null
      const account = await accounts.byKey(phone.account)
      // As both are read one after the other.
      if (!account || account.disabledAt !== null || account.epoch !== phone.epoch) return null
      return { phone, account }
    },

    /** Remembers a phone together with the approval that it has just given. */
    begin(
      { signIn, phoneKey, kind }: { signIn: string; phoneKey: string; kind: PhoneKind },
      { account, amr }: { account: Account; amr: string[] },
      by: Actor,
    ): Changes<string, RememberedPhone> {
      const hash = hashOf(secretOf(signIn, phoneKey))
      const now = clock()
      const next = {
        ...{ hash, account: account.key, epoch: account.epoch, kind, amr },
        ...{ provenAt: now, createdAt: now, usedAt: now, forgottenAt: null },
      }
      const event = phoneEvent('phone.remembered', next, by, now)
      const decide: Decide<RememberedPhone> = old =>
        old ? unchanged(old) : { next, events: [event] }
      return new Map([[hash, decide]])
    },

    /**
     * What an approval by one tap does to the phone's row; under its lock, so that a phone which is just being
     * forgotten approves nothing any more.
     */
    use({ hash }: RememberedPhone): Changes<string, RememberedPhone> {
      const now = clock()
      const decide: Decide<RememberedPhone> = old => {
        if (!old || isOver(old, now)) throw new Refusal('phone_forgotten')
        // A clock that has been set back since must not have given it more than its time.
        if (old.usedAt > now - usedAnew && !isAhead(old.usedAt, now)) return unchanged(old)
        return { next: { ...old, usedAt: now }, events: [], quiet: true }
      }
      return new Map([[hash, decide]])
    },

    /** Of an account, the one used last first. */
    async of({ key, epoch }: Account): Promise<RememberedPhone[]> {
      const now = clock()
      const all = await records.of(key)
      return all.filter(phone => phone.epoch === epoch && !isOver(phone, now))
    },

    /** From now on it signs nobody in. @param hash of a row; one that is gone is forgotten already. */
    async forget(hash: string, by: Actor): Promise<void> {
      const known = await records.byHash(hash)
      if (!known) return
      const now = clock()
      await records.update(hash, old => {
        const row = old ?? known
        if (row.forgottenAt !== null) return unchanged(row)
        const event = phoneEvent('phone.forgotten', row, by, now)
        return { next: { ...row, forgottenAt: now }, events: [event] }
      })
    },

    /** The same by its account's owner. @throws Refusal `not_found` where the account has no such phone. */
    async forgetOf(account: Account, hash: string, by: Actor): Promise<void> {
      const isTheirs = (await records.of(account.key)).some(phone => phone.hash === hash)
      if (!isTheirs) throw new Refusal('not_found')
      await this.forget(hash, by)
    },

    /** The same by what the phone itself has kept. */
    async forgetSecret(secret: string, by: Actor): Promise<void> {
      if (pattern.test(secret)) await this.forget(hashOf(secret), by)
    },
  }
}

const pattern = /^[A-Za-z0-9_-]{43}$/

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Which one it was is said by the beginning of its hash. */
function phoneEvent(
  event: LogEventName,
  { hash, account, kind }: RememberedPhone,
  actor: Actor,
  at: number,
): LogEvent {
  const subject = { kind: 'account', id: account } as const
  return { event, at, actor, subject, account, detail: { phone: kind, name: hash.slice(0, 8) } }
}
