import { setImmediate as turn } from 'node:timers/promises'
import { noRecovery } from '../accounts/recovery.ts'
import { rememberedLife } from '../accounts/remembered-phones.ts'
import { placeLife } from '../accounts/usual-places.ts'
import { type Clock, isSettled, type Steadiness } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { advanceDelivery } from '../protocol/delivery.ts'
import { clocksApart } from '../protocol/set-back.ts'
import type { AccountRecords } from '../store/account.ts'
import { unchanged } from '../store/change.ts'
import type { DeliveryRecords } from '../store/delivery.ts'
import type { HandOffRecords } from '../store/hand-off.ts'
import type { InvitationRecords } from '../store/invitation.ts'
import type { PasskeyRecords } from '../store/passkey.ts'
import type { RememberedPhoneRecords } from '../store/remembered-phone.ts'
import type { SessionRecords } from '../store/session.ts'
import type { SignIns } from '../store/sign-ins.ts'
import type { UserCodeRecords } from '../store/user-code.ts'
import type { UsualPlaceRecords } from '../store/usual-place.ts'
import type { Moves } from './moves.ts'

export interface ReaperParts {
  signIns: SignIns
  userCodes: UserCodeRecords
  usualPlaces: UsualPlaceRecords
  rememberedPhones: Pick<RememberedPhoneRecords, 'purge'>
  passkeys: Pick<PasskeyRecords, 'purge'>
  sessions: Pick<SessionRecords, 'purge'>
  accounts: Pick<AccountRecords, 'toErase' | 'pastRecovery' | 'update'>
  invitations: Pick<InvitationRecords, 'purge'>
  handOffs: Pick<HandOffRecords, 'overdue' | 'changedAfter' | 'purge'>
  deliveries: Pick<DeliveryRecords, 'changedAfter' | 'update' | 'purge'>
  /** Removes an account for good, as its owner has asked for. @param key its key. */
  removeAccount(key: string): Promise<unknown>
  /** Writes down what time has decided of a hand-off. */
  expireHandOff(id: string): Promise<unknown>
  moves: Pick<Moves, 'takeStored'>
  clock: Clock
  steadiness: Steadiness
  onError(error: unknown): void
}

const every = 1_000
/** Rows in a round, of each kind. */
const batch = 500
/**
 * Rows that are written down at once. Together they cost a disk one sync; and between two parts the loop turns, so
 * that whatever has piled up keeps nobody waiting.
 */
const part = 25
/**
 * A final row stays so long, so that whoever asks late hears what became of it; and longer than a machine is wrong
 * that takes one time zone for another: without its row what has ended would begin anew by a clock set back.
 */
const keptFinal = 12 * 3_600_000
/** All nodes go by a new time before so long, and no other is written any more. */
const newTime = 120_000
/** So long an operator may look at what became of a delivery, and send it again. */
const keptDelivery = 7 * 24 * 3_600_000

/**
 * Writes down what time has decided, and removes what nobody will ask for again. Several nodes may
 * do so at once: each row is expired by one guarded update, and only the first has an effect.
 * @returns how to stop it.
 */
export function startReaper({
  signIns,
  userCodes,
  usualPlaces,
  rememberedPhones,
  passkeys,
  sessions,
  accounts,
  invitations,
  handOffs,
  deliveries,
  expireHandOff,
  removeAccount,
  moves,
  clock,
  steadiness,
  onError,
}: ReaperParts): () => void {
  /** One row that cannot be expired must not keep the others; a database that is away keeps all. */
  const passOver = (error: unknown) => {
    if (error instanceof Refusal && error.status === 503) throw error
    onError(error)
  }

  const inParts = async (ids: readonly string[], write: (id: string) => Promise<unknown>) => {
    for (let done = 0; done < ids.length; done += part) {
      await Promise.all(ids.slice(done, done + part).map(id => write(id).catch(passOver)))
    }
  }
  const expireSignIn = (id: string) => moves.takeStored(id, { type: 'expire' })

  const writeDown = async () => {
    await inParts(await signIns.overdue(steadiness.earliest(), batch), expireSignIn)
    await inParts(await handOffs.overdue(steadiness.earliest(), batch), expireHandOff)
  }

  /** What a clock has written that was set back since is given the time that it had left. */
  const writeSetBack = async () => {
    const ahead = clock() + clocksApart
    await inParts(await signIns.changedAfter(ahead, batch), expireSignIn)
    await inParts(await handOffs.changedAfter(ahead, batch), expireHandOff)
    await inParts(await deliveries.changedAfter(ahead, batch), setBackDelivery)
  }

  const setBackDelivery = (id: string) =>
    deliveries.update(id, row => {
      if (!row) throw new Error(`the delivery ${id} is gone`)
      const next = advanceDelivery(row, { type: 'set_back' }, clock())
      return next === row ? unchanged(row) : { next, events: [], quiet: true }
    })

  /** Nothing is kept of a link that leads nowhere; an operator may have made another meanwhile. */
  const endRecovery = (before: number) => (key: string) =>
    accounts.update(key, row => {
      if (!row) throw new Error(`the account ${key} is gone`)
      const isOver = row.recoveryExpiresAt !== null && row.recoveryExpiresAt < before
      return isOver ? { next: { ...row, ...noRecovery }, events: [], quiet: true } : unchanged(row)
    })

  const purge = async () => {
    const now = steadiness.earliest()
    const over = now - keptFinal
    for (const remove of [
      () => signIns.purge(over, batch),
      () => handOffs.purge(over, batch),
      () => deliveries.purge(now - keptDelivery, batch),
      () => userCodes.purge(now, batch),
      () => usualPlaces.purge(now - placeLife, batch),
      () => rememberedPhones.purge({ used: now - rememberedLife, forgotten: over }, batch),
      () => passkeys.purge(over, batch),
      () => sessions.purge(over, batch),
      async () => inParts(await accounts.toErase(now, batch), removeAccount),
      async () => inParts(await accounts.pastRecovery(over, batch), endRecovery(over)),
      () => invitations.purge(over, batch),
    ]) {
      await remove()
      await turn()
    }
  }

  let running = false
  const round = async () => {
    if (running) return
    running = true
    try {
      if (steadiness.steadyFor() < newTime) await writeSetBack()
      await writeDown()
      if (isSettled(steadiness)) await purge()
    } catch (error) {
      onError(error)
    } finally {
      running = false
    }
  }

  const timer = setInterval(round, every)
  timer.unref()
  return () => clearInterval(timer)
}
