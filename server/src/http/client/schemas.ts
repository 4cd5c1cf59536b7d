import type {
  Claims,
  ClientView,
  HandOffAnswer,
  HandOffChange,
  HandOffChanges,
  HandOffResults,
  Services,
} from '@qrgate/sdk/protocol'
import Type, { type Static } from 'typebox'
import { claimNames } from '../../protocol/claims.ts'
import { weekdays } from '../../protocol/opening-hours.ts'
import { handOffChange } from '../../protocol/queue-ticket.ts'
import { signInIdPattern } from '../../protocol/sign-in-id.ts'
import { type claims, handOffState, localized, service } from '../kiosk/schemas.ts'
import type { Same } from '../server/same.ts'

/** The wire words of clients as schemas. */

const site = Type.Object({
  name: localized,
  time_zone: Type.String(),
  hours: Type.Array(
    Type.Object({
      days: Type.Array(Type.Enum([...weekdays])),
      from: Type.String(),
      to: Type.String(),
    }),
  ),
})

export const clientView = Type.Object({
  id: Type.String(),
  name: localized,
  claims: Type.Array(Type.Enum([...claimNames])),
  endpoint: Type.Optional(Type.String()),
  kiosks: Type.Array(Type.Object({ number: Type.Integer(), name: localized })),
  services: Type.Array(service),
  site: Type.Optional(site),
})

export const subjectPath = Type.Object({ sub: Type.String() })

export const services = Type.Object({ services: Type.Array(service) })

export const handOffPath = Type.Object({ id: Type.String({ pattern: signInIdPattern.source }) })

export const handOffAnswer = Type.Object({ id: Type.String(), status: handOffState })

export const handOffChanges = Type.Object({
  hand_offs: Type.Array(
    Type.Object({ id: Type.String({ maxLength: 64 }), ...handOffChange.properties }),
    { maxItems: 100 },
  ),
})

export const handOffResults = Type.Object({
  results: Type.Array(
    Type.Union([
      handOffAnswer,
      Type.Object({ id: Type.String(), code: Type.String(), message: Type.String() }),
    ]),
  ),
})

/** Does not compile while a schema and its wire word differ: a field would be dropped unnoticed. */
export const inStep: [
  Same<Static<typeof clientView>, ClientView>,
  Same<Static<typeof claims>, Claims>,
  Same<Static<typeof services>, Services>,
  Same<Static<typeof handOffChange>, HandOffChange>,
  Same<Static<typeof handOffAnswer>, HandOffAnswer>,
  Same<Static<typeof handOffChanges>, HandOffChanges>,
  Same<Static<typeof handOffResults>, HandOffResults>,
] = [true, true, true, true, true, true, true]
