import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { advance, type Timings } from '../protocol/sign-in.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { SignIns } from '../store/sign-ins.ts'
import type { UserCodeRecords } from '../store/user-code.ts'

export interface ReaperParts {
  signIns: SignIns
  userCodes: UserCodeRecords
  bus: Bus
  clock: Clock
  timings: Timings
  onError(error: unknown): void
}

const every = 1_000
const batch = 500
/** A final row stays so long, so that whoever asks late hears what became of it. */
const keptFinal = 3_600_000

/**
 * Writes down what time has decided, and removes what nobody will ask for again. Several nodes may
 * do so at once: each row is expired by one guarded update, and only the first has an effect.
 * @returns how to stop it.
 */
export function startReaper({
  signIns,
  userCodes,
  bus,
  clock,
  timings,
  onError,
}: ReaperParts): () => void {
  const expire = async (id: string) => {
    const { events } = await signIns.update(id, old => {
      const kiosk = old?.kiosk ?? 0
      const claimable: Kiosk['claimable'] = old?.claimable ?? false
      return advance(old, { type: 'expire' }, { id, kiosk, claimable, now: clock(), timings })
    })
    if (events.length > 0) bus.publish(id)
  }

  /** One row that cannot be expired must not keep the others; a database that is away keeps all. */
  const passOver = (error: unknown) => {
    if (error instanceof Refusal) throw error
    onError(error)
  }

  let running = false
  const round = async () => {
    if (running) return
    running = true
    try {
      for (const id of await signIns.overdue(clock(), batch)) await expire(id).catch(passOver)
      await signIns.purge(clock() - keptFinal, batch)
      await userCodes.purge(clock())
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
