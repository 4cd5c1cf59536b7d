import type { Clients } from '../clients/clients.ts'
import { isReachable } from '../clients/reachable.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Limit } from '../limits/limit.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { LogRecords } from '../store/log.ts'

/** A visitor at a kiosk calls for somebody. */
export type Staff = ReturnType<typeof createStaff>

export interface StaffParts {
  clients: Pick<Clients, 'byId'>
  log: Pick<LogRecords, 'add'>
  clock: Clock
  /** By kiosk: whoever taps again and again calls once. */
  calls: Limit
}

export function createStaff({ clients, log, clock, calls }: StaffParts) {
  /** Whether the kiosk's client wants to hear of it, and can. */
  const hears = async ({ client: id }: Pick<Kiosk, 'client'>): Promise<boolean> => {
    const client = id === null ? null : await clients.byId(id)
    return client?.staffCalls === true && isReachable(client)
  }

  return {
    hears,

    /** @throws Refusal `staff_call_off` where nobody would hear of it, `too_many` within a minute. */
    async call(kiosk: Kiosk): Promise<void> {
      if (!(await hears(kiosk))) throw new Refusal('staff_call_off')
      const { number } = kiosk
      const takeBack = calls.spend(`kiosk ${number}`)
      const actor = { kind: 'kiosk', id: `${number}` } as const
      const subject = { kind: 'kiosk', id: `${number}` } as const
      const called = { event: 'staff.called', at: clock(), actor, subject, kiosk: number } as const
      await log.add([called]).catch((error: unknown) => {
        // Nobody was called: to say of the next tap that somebody is on the way would be untrue.
        takeBack()
        throw error
      })
    },
  }
}
