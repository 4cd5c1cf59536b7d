import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { createInvitationCode, readInvitationCode } from '../protocol/invitation-code.ts'
import type { Actor, LogEvent, LogEventName } from '../protocol/log-event.ts'
import { isAhead } from '../protocol/set-back.ts'
import { type Changes, type Decide, unchanged } from '../store/change.ts'
import type { Invitation, InvitationRecords } from '../store/invitation.ts'

/** How long one is good at most, in milliseconds. */
export const longestInvitation = 365 * 86_400_000

export interface InvitationsParts {
  records: InvitationRecords
  clock: Clock
  randomBytes(size: number): Uint8Array
}

export type Invitations = ReturnType<typeof createInvitations>

/** Codes that let people sign up where only whoever was invited may. */
export function createInvitations({ records, clock, randomBytes }: InvitationsParts) {
  const isLeft = (invitation: Invitation) => isGood(invitation, clock())
  /** A clock that has been set back since must not give it more than its time. */
  const isOpen = (invitation: Invitation) =>
    isLeft(invitation) && !isAhead(invitation.createdAt, clock())

  return {
    /**
     * @param lasting milliseconds. @param uses how many accounts it adds.
     * @returns the code, which is kept nowhere.
     */
    async invite({ lasting, uses }: { lasting: number; uses: number }, by: Actor): Promise<string> {
      const taken = new Set((await records.all()).filter(isLeft).map(({ name }) => name))
      let code: string
      // By its name it is voided: of those that are good no two have the same.
      do code = createInvitationCode(randomBytes(32))
      while (taken.has(nameOf(code)))
      const now = clock()
      const next: Invitation = {
        ...{ hash: hashOf(code), name: nameOf(code), usesLeft: uses },
        ...{ createdAt: now, expiresAt: now + lasting, voidedAt: null },
      }
      const added = event('invitation.added', next, by, now)
      await records.update(next.hash, old => (old ? unchanged(old) : { next, events: [added] }))
      return code
    },

    /** Those that are good still, in the order in which they were made. */
    async open(): Promise<Invitation[]> {
      return (await records.all()).filter(isLeft)
    },

    /** @returns whether one that is good has this name; from now on it adds no account. */
    async revoke(name: string, by: Actor): Promise<boolean> {
      const known = (await records.all()).find(one => isLeft(one) && one.name === name)
      if (!known) return false
      const now = clock()
      await records.update(known.hash, old => {
        const row = old ?? known
        if (row.voidedAt !== null) return unchanged(row)
        return {
          next: { ...row, voidedAt: now },
          events: [event('invitation.voided', row, by, now)],
        }
      })
      return true
    },

    /**
     * Unknown, run out, used up or voided: nobody is told which.
     * @throws Refusal `invitation_wrong`.
     */
    async find(typed: string): Promise<Invitation> {
      const code = readInvitationCode(typed)
      const found = code === undefined ? null : await records.byHash(hashOf(code))
      if (!found || !isOpen(found)) throw new Refusal('invitation_wrong')
      return found
    },

    /** What adding an account does to its row; under its lock, so that no use counts for two. */
    use({ hash }: Invitation): Changes<string, Invitation> {
      const decide: Decide<Invitation> = old => {
        if (!old || !isOpen(old)) throw new Refusal('invitation_wrong')
        return { next: { ...old, usesLeft: old.usesLeft - 1 }, events: [], quiet: true }
      }
      return new Map([[hash, decide]])
    },
  }
}

function isGood({ usesLeft, expiresAt, voidedAt }: Invitation, now: number): boolean {
  return usesLeft > 0 && voidedAt === null && now < expiresAt
}

/** @param code as it was made. */
export function nameOf(code: string): string {
  return code.slice(0, 3)
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}

function event(event: LogEventName, { name }: Invitation, actor: Actor, at: number): LogEvent {
  return { event, at, actor, subject: { kind: 'invitation', id: name } }
}
