import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Kiosks } from '../kiosks/kiosks.ts'
import { phoneHash } from '../protocol/phone-key.ts'
import { advance, observe } from '../protocol/sign-in.ts'
import { startedAt } from '../protocol/sign-in-id.ts'
import {
  type Observed,
  type SignIn,
  type Step,
  type Timings,
  unscanned,
} from '../protocol/sign-in-row.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { SignIns, WithSignIn } from '../store/sign-ins.ts'

/** A sign-in and the kiosk that started it, as a secret, ticket or receipt has proven them. */
export interface Subject {
  id: string
  kiosk: Kiosk
}

/** What happens to other rows with a step, or what follows for them from the row that it makes. */
export type Also = WithSignIn | ((next: SignIn) => WithSignIn)

export interface MovesParts {
  signIns: SignIns
  bus: Pick<Bus, 'publish'>
  clock: Clock
  kiosks: Pick<Kiosks, 'known'>
  timings: Timings
  /** When the clock was set: what began before has no age, and nobody knows whether it is over. */
  setAt?(): number
}

export type Moves = ReturnType<typeof createMoves>

/** How every verb of the story reads and changes a sign-in. */
export function createMoves(parts: MovesParts) {
  const { signIns, bus, clock, kiosks, timings, setAt = () => 0 } = parts

  /**
   * Rows just committed here, while the bus tells those who wait on this node: they need not ask the database
   * for them again. What others commit meanwhile is hinted at after it.
   */
  const justWritten = new Map<string, SignIn>()
  const read = async (id: string) => justWritten.get(id) ?? signIns.read(id)

  function publish(row: SignIn): void {
    justWritten.set(row.id, row)
    bus.publish(row.id)
    // Behind whoever listens on this node: the bus calls them in the same turn.
    queueMicrotask(() => justWritten.delete(row.id))
  }

  /** No proof of one kiosk opens a sign-in of another, whatever it was made for. */
  function storedOf(row: SignIn | null, { id, kiosk }: Subject): Observed {
    if (row && row.kiosk !== kiosk.number) throw new Refusal('kiosk_secret_wrong')
    if (row) return row
    const begun = unscanned(id, kiosk.number, kiosk.claimable)
    return startedAt(id) < setAt() ? { ...begun, deadline: 0 } : begun
  }

  /** One step, one transaction, one hint; nobody waits for the bus. */
  async function move(
    id: string,
    stored: (row: SignIn | null) => Observed,
    step: Step,
    also: Also = {},
  ) {
    const { next, events, quiet } = await signIns.update(id, row => {
      const move = advance(stored(row), step, clock(), timings)
      return { ...move, also: typeof also === 'function' ? also(move.next) : also }
    })
    if (events.length > 0 || quiet) publish(next)
    // What a repeat has found may have run out since it was written.
    return observe(next, clock(), timings)
  }

  const take = (subject: Subject, step: Step, also?: Also): Promise<SignIn> =>
    move(subject.id, row => storedOf(row, subject), step, also)

  const current = async (subject: Subject): Promise<Observed> =>
    observe(storedOf(await read(subject.id), subject), clock(), timings)

  const ofPhone = async (id: string, phoneKey: string) => {
    const row = await read(id)
    if (row?.phoneHash !== phoneHash(phoneKey, id)) throw new Refusal('not_your_phone')
    const kiosk = await kiosks.known(row.kiosk)
    return { signIn: observe(row, clock(), timings), kiosk }
  }

  return {
    /** How a sign-in stands at this moment. */
    current,

    /** The same for the kiosk's page, which is there: if it was closed, it has come back. */
    async ofKioskPage(subject: Subject): Promise<Observed> {
      const signIn = await current(subject)
      return signIn.leftBy === 'kiosk' ? take(subject, { type: 'come_back', by: 'kiosk' }) : signIn
    },

    /**
     * Takes a step. @param also what happens to other rows with it, or not at all.
     * @throws Refusal where it is not this sign-in's next one.
     */
    take,

    /** The same for what must have a row: steps of the reaper, of a revocation and of a removal. */
    takeStored: (id: string, step: Step, also?: Also): Promise<SignIn> =>
      move(id, requireRow, step, also),

    /** What a step would make of a sign-in, without taking it. @throws like taking it. */
    async rehearse(subject: Subject, step: Step): Promise<SignIn> {
      const row = await signIns.read(subject.id)
      return advance(storedOf(row, subject), step, clock(), timings).next
    },

    /**
     * The sign-in that this phone has scanned, at whatever has become of its kiosk.
     * @throws Refusal `not_your_phone`.
     */
    ofPhone,

    /** The same for its page, which is there. */
    async ofPhonePage(id: string, phoneKey: string): Promise<{ signIn: SignIn; kiosk: Kiosk }> {
      const { signIn, kiosk } = await ofPhone(id, phoneKey)
      if (signIn.leftBy !== 'phone') return { signIn, kiosk }
      return { signIn: await take({ id, kiosk }, { type: 'come_back', by: 'phone' }), kiosk }
    },
  }
}

function requireRow(row: SignIn | null): SignIn {
  if (!row) throw new Refusal('not_found')
  return row
}
