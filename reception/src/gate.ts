import {
  type ClientView,
  type HandOffChange,
  type HandOffResults,
  paths,
  type Service,
  type SiteView,
} from '@qrgate/sdk/protocol'
import { Trouble } from './trouble.ts'

/** Before any gate was reached. */
export const unknownPlace: SiteView = {
  name: { ko: '접수', en: 'Reception' },
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  hours: [],
}

export type TicketChange = HandOffChange & { id: string }

/** The public API of a gate, as its client has it. Each call throws where there is no good answer. */
export interface Gate {
  place(): Promise<SiteView | undefined>
  offer(services: Service[]): Promise<void>
  /** @param changes 100 at most. */
  tell(changes: TicketChange[]): Promise<HandOffResults['results']>
}

/** How long the gate may take for an answer, in milliseconds. */
const patience = 10_000

export function createGate(origin: string, credential: string): Gate {
  const ask = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        authorization: `Bearer ${credential}`,
        // A connection that is kept may be one that a firewall has forgotten: nobody answers there.
        connection: 'close',
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body ? JSON.stringify(body) : null,
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    }).catch(error => {
      const { code, message } = error.cause ?? error
      throw new Trouble(
        `${origin} (RECEPTION_GATE) does not answer: ${typeof code === 'string' ? code : message}`,
      )
    })
    if (response.ok) {
      return (await response.json().catch(() => {
        throw new Trouble(`${origin} (RECEPTION_GATE) answers no JSON: is a gate there?`)
      })) as Answer
    }
    await response.body?.cancel()
    const hint = response.status === 401 ? '; is RECEPTION_CREDENTIAL of this gate?' : ''
    throw new Trouble(
      `${origin} (RECEPTION_GATE) answers ${response.status} to ${method} ${path}${hint}`,
    )
  }
  return {
    async place() {
      const { site } = await ask<ClientView>('GET', paths.client)
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
