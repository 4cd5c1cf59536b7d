import { placeLife } from '../accounts/usual-places.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { DeliveryRecords } from '../store/delivery.ts'
import type { HandOffRecords } from '../store/hand-off.ts'
import type { SignIns } from '../store/sign-ins.ts'
import type { UserCodeRecords } from '../store/user-code.ts'
import type { UsualPlaceRecords } from '../store/usual-place.ts'
import type { Moves } from './moves.ts'

export interface ReaperParts {
  signIns: SignIns
  userCodes: UserCodeRecords
  usualPlaces: UsualPlaceRecords
  handOffs: Pick<HandOffRecords, 'overdue' | 'purge'>
  deliveries: Pick<DeliveryRecords, 'purge'>
  /** Writes down what time has decided of a hand-off. */
  expireHandOff(id: string): Promise<unknown>
  moves: Pick<Moves, 'takeStored'>
  clock: Clock
  onError(error: unknown): void
}

const every = 1_000
const batch = 500
/** A final row stays so long, so that whoever asks late hears what became of it. */
const keptFinal = 3_600_000
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
  handOffs,
  deliveries,
  expireHandOff,
  moves,
  clock,
  onError,
}: ReaperParts): () => void {
  /** One row that cannot be expired must not keep the others; a database that is away keeps all. */
  const passOver = (error: unknown) => {
    if (error instanceof Refusal && error.status === 503) throw error
    onError(error)
  }

  let running = false
  const round = async () => {
    if (running) return
    running = true
    try {
      for (const id of await signIns.overdue(clock(), batch)) {
        await moves.takeStored(id, { type: 'expire' }).catch(passOver)
      }
      for (const id of await handOffs.overdue(clock(), batch)) {
        await expireHandOff(id).catch(passOver)
      }
      await signIns.purge(clock() - keptFinal, batch)
      await handOffs.purge(clock() - keptFinal, batch)
      await deliveries.purge(clock() - keptDelivery, batch)
      await userCodes.purge(clock())
      await usualPlaces.purge(clock() - placeLife)
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
