import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { type Keyring, mac } from '../protocol/keyring.ts'
import type { Actor } from '../protocol/log-event.ts'
import { phoneHash } from '../protocol/phone-key.ts'
import { isAhead } from '../protocol/set-back.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import { type Changes, unchanged } from '../store/change.ts'
import type { Passkey } from '../store/passkey.ts'
import type { Session, SessionRecords } from '../store/session.ts'
import { accountEvent } from './account-event.ts'

/** How long a session lasts, and how long it is kept open while nobody uses it, in milliseconds. */
export const sessionLife = 3_600_000
const idleLife = 10 * 60_000
/** For so long after it its owner need not prove once more who they are. */
const freshFor = 5 * 60_000
/** Its last use is written down anew when it is so long ago: not with every page. */
const usedAnew = 30_000

/** A browser with an open session, and whose it is. */
export interface Signed {
  session: Session
  account: Account
  /** The browser at this session, as the log names it. */
  actor: Actor
  /** Whether its owner has proven just now who they are. */
  isFresh: boolean
}

/** A proof of who somebody is, for a session. */
export interface SessionProof {
  account: Account
  /** RFC 8176 method names. */
  amr: string[]
  /** What it was a proof for, of which there is one: the same proof begins no second session. */
  once: string
  /** What happens to the passkey that it was proven by. */
  passkeys?: Changes<string, Passkey>
}

export interface SessionsParts {
  records: SessionRecords
  accounts: Pick<AccountRecords, 'byKey'>
  keyring: Keyring
  clock: Clock
  /** When the database was a backup last; what was open before may have been ended since. Null: never. */
  restoredAt: number | null
}

/**
 * Sessions of people who look after their own account. Each begins with a proof and has a secret of its own, of
 * which the store keeps the hash. It ends by itself, at once with whatever raises its account's epoch, and
 * when its owner says so.
 */
export type Sessions = ReturnType<typeof createSessions>

export function createSessions(parts: SessionsParts) {
  const { records, accounts, keyring, clock, restoredAt } = parts

  const actorOf = (hash: string, phoneKey: string): Actor => ({
    kind: 'phone',
    id: phoneHash(phoneKey, hash),
  })

  const isOver = ({ endedAt, createdAt, usedAt }: Session, now: number) =>
    endedAt !== null ||
    usedAt <= now - idleLife ||
    createdAt <= now - sessionLife ||
    createdAt <= (restoredAt ?? 0) ||
    // A clock that has been set back since must not give it more than its time.
    isAhead(createdAt, now)

  /** Written down by a request that its owner has made. */
  const use = async (session: Session, now: number) => {
    if (session.usedAt > now - usedAnew) return
    await records.update(session.hash, old => {
      if (!old || isOver(old, now) || old.usedAt >= now) return unchanged(old ?? session)
      return { next: { ...old, usedAt: now }, events: [], quiet: true }
    })
  }

  return {
    /**
     * @returns its secret: the same where the answer to the same proof was lost.
     * @throws Refusal `passkey_wrong` where the session that it has begun is over.
     */
    async begin(proof: SessionProof, phoneKey: string): Promise<string> {
      const { account, amr, once, passkeys } = proof
      const secret = mac(keyring.current, 'session', account.key, once).toString('base64url')
      const hash = hashOf(secret, phoneKey)
      const now = clock()
      const actor = actorOf(hash, phoneKey)
      const event = accountEvent(account.key, 'session.begun', now, { actor, detail: { amr } })
      await records.update(hash, old => {
        if (old && isOver(old, now)) throw new Refusal('passkey_wrong', 'its session is over')
        if (old) return unchanged(old)
        const { key, epoch } = account
        const times = { createdAt: now, usedAt: now, endedAt: null }
        const next = { hash, account: key, epoch, ...times }
        return { next, events: [event], ...(passkeys && { also: { passkeys } }) }
      })
      return secret
    },

    /** Whose session this is, which goes on with it; null where it is nobody's, or no longer. */
    async find(secret: string, phoneKey: string): Promise<Signed | null> {
      if (!pattern.test(secret)) return null
      const session = await records.byHash(hashOf(secret, phoneKey))
      // The same reads for all: nobody learns by the time it takes which secrets were known here.
      const account = await accounts.byKey(session?.account ?? '')
      const now = clock()
      if (!session || isOver(session, now)) return null
      if (!account || account.disabledAt !== null || account.epoch !== session.epoch) return null
      await use(session, now)
      const isFresh = now < session.createdAt + freshFor
      return { session, account, actor: actorOf(session.hash, phoneKey), isFresh }
    },

    /** @param secret of any session, or of none. */
    async end(secret: string, phoneKey: string): Promise<void> {
      if (!pattern.test(secret)) return
      const hash = hashOf(secret, phoneKey)
      const known = await records.byHash(hash)
      if (!known) return
      const now = clock()
      const actor = actorOf(hash, phoneKey)
      const event = accountEvent(known.account, 'session.ended', now, { actor })
      await records.update(hash, old => {
        const row = old ?? known
        if (!old || isOver(old, now)) return unchanged(row)
        return { next: { ...row, endedAt: now }, events: [event] }
      })
    },
  }
}

const pattern = /^[A-Za-z0-9_-]{43}$/

/** With the browser's own key: the cookie of a session is good for nothing in another browser. */
function hashOf(secret: string, phoneKey: string): string {
  return createHash('sha256').update(`${secret} ${phoneKey}`).digest('base64url')
}
