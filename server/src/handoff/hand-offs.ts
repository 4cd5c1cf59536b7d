import type { HandOffAnswer, HandOffChange } from '@qrgate/sdk/protocol'
import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import {
  advanceHandOff,
  type HandOff,
  type HandOffStep,
  type HandOffTimings,
  observeHandOff,
} from '../protocol/hand-off.ts'
import type { Actor } from '../protocol/log-event.ts'
import { changeOf } from '../protocol/queue-ticket.ts'
import { isSignInId } from '../protocol/sign-in-id.ts'
import type { SignIn } from '../protocol/sign-in-row.ts'
import type { Client } from '../store/client.ts'
import type { HandOffRecords } from '../store/hand-off.ts'

export interface HandOffsParts {
  records: HandOffRecords
  bus: Bus
  clock: Clock
  timings: HandOffTimings
  /** Nobody will give this visitor a number: somebody must help. */
  onFailed(handOff: HandOff, why: string): void
}

/** What client and phone do with a hand-off once it was asked for. */
export type HandOffs = ReturnType<typeof createHandOffs>

export function createHandOffs({ records, bus, clock, timings, onFailed }: HandOffsParts) {
  /**
   * One step, one transaction, one hint; nobody waits for the bus.
   * @param isTheirs whether it is a hand-off of whoever asks; of others they are told that there is none.
   */
  async function apply(
    id: string,
    step: HandOffStep,
    isTheirs: (row: HandOff) => boolean = () => true,
  ): Promise<{ old: HandOff; next: HandOff }> {
    const { old, next } = await records.update(id, row => {
      if (!row || !isTheirs(row)) throw new Refusal('hand_off_unknown')
      return advanceHandOff(row, step, clock(), timings)
    })
    if (next.seq !== old?.seq) bus.publish(id)
    return { old: old ?? next, next: observeHandOff(next, clock(), timings) }
  }

  const take = async (...step: Parameters<typeof apply>) => (await apply(...step)).next

  const byPhone = (
    { handOff, phoneHash }: SignIn,
    step: (actor: Actor) => HandOffStep,
  ): Promise<HandOff> => {
    if (handOff === null) throw new Refusal('hand_off_unknown')
    return take(handOff, step({ kind: 'phone', id: phoneHash ?? '' }))
  }

  return {
    /** Takes a step. @returns what was before, too: a step that was a repeat has changed nothing. */
    apply,

    /**
     * The client says what is another now; of what it says again nothing changes.
     * @throws Refusal `hand_off_unknown`, of another client's too; `hand_off_over`.
     */
    async change({ id: client }: Client, id: string, said: HandOffChange): Promise<HandOffAnswer> {
      // Not every text is one that every database takes, and one that is none must not stop the others.
      if (!isSignInId(id)) throw new Refusal('hand_off_unknown')
      const step: HandOffStep = { type: 'change', change: changeOf(said), by: 'client' }
      const { state } = await take(id, step, row => row.client === client)
      return { id, status: state }
    },

    /** Writes down what time has decided. Nobody was given a number in time: `onFailed` is told. */
    async expire(id: string): Promise<void> {
      const { old, next } = await apply(id, { type: 'expire' })
      if (next.state === 'failed' && old.state !== 'failed') onFailed(next, 'time')
    },

    /** "Not today", on the phone that scanned. @throws Refusal `hand_off_over` where it has been served. */
    cancelByPhone: (signIn: SignIn) =>
      byPhone(signIn, actor => ({ type: 'cancel', reason: 'phone', actor })),

    /** The same on the account's page. @throws Refusal `hand_off_unknown`, of somebody else's too. */
    async cancelByOwner(id: string, account: string, actor: Actor): Promise<HandOff> {
      if (!isSignInId(id)) throw new Refusal('hand_off_unknown')
      return take(id, { type: 'cancel', reason: 'phone', actor }, row => row.account === account)
    },

    /** "On my way", on the phone that scanned. */
    coming: (signIn: SignIn) => byPhone(signIn, actor => ({ type: 'coming', actor })),
  }
}
