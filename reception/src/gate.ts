import type { ClientView, HandOffChange, HandOffResults, Localized } from '@qrgate/sdk/protocol'
import { type Service as OfferedService, paths } from '@qrgate/sdk/protocol'
import type { Weekday } from './day.ts'

/** When the place is open, by its own clock: `from` 09:00 `to` 18:00. */
export interface OpeningHours {
  days: Weekday[]
  from: string
  to: string
}

/** What the gate says of the place. */
export interface Place {
  name: Localized
  time_zone: string
  hours: OpeningHours[]
}

/** Before any gate was reached. */
export const unknownPlace: Place = {
  name: { ko: '접수', en: 'Reception' },
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  hours: [],
}

/** What a `PATCH` may say; null takes a field off the ticket. */
export type TicketChange = { id: string } & {
  [Field in keyof HandOffChange]: HandOffChange[Field] | null
}

/** The public API of a gate, as its client has it. Each call throws where there is no good answer. */
export interface Gate {
  place(): Promise<Place | undefined>
  offer(services: OfferedService[]): Promise<void>
  /** @param changes 100 at most. */
  tell(changes: TicketChange[]): Promise<HandOffResults['results']>
}

/** How long the gate may take for an answer, in milliseconds. */
const patience = 10_000

export function createGate(origin: string, credential: string): Gate {
  const ask = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json' }
    const response = await fetch(origin + path, {
      method,
      headers: body ? headers : { authorization: headers.authorization },
      body: body ? JSON.stringify(body) : null,
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
    if (response.ok) return (await response.json()) as Answer
    throw new Error(`the gate answers ${response.status} to ${method} ${path}`)
  }
  return {
    async place() {
      const { site } = await ask<ClientView & { site?: Place }>('GET', paths.client)
      return site
    },
    async offer(services) {
      await ask('PUT', paths.clientServices, { services })
    },
    async tell(changes) {
      const body = { hand_offs: changes }
      return (await ask<HandOffResults>('PATCH', paths.handOffs, body)).results
    },
  }
}
