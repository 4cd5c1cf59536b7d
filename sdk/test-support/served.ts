import type { ClaimAnswer, HandOffState, HandOffView, Service } from '../src/protocol.ts'
import { someClaim } from './fake-sign-in.ts'

const both = (text: string) => ({ ko: `${text}!`, en: text })

export function service(id: string, change: Partial<Service> = {}): Service {
  return { id, name: both(id), icon: 'doctor', ...change }
}

/** A claim whose client has services to choose from. */
export const servedClaim: ClaimAnswer = {
  ...someClaim,
  services: [service('exam'), service('pay')],
}

/** How a hand-off stands; one for each service. */
export function handOff(
  id: string,
  state: HandOffState,
  seq = 1,
  change: Partial<HandOffView> = {},
): HandOffView {
  return { id: `of ${id}`, seq, state, service: service(id), ...change }
}
