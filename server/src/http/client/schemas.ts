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
import { serviceSchema, type servicesSchema } from '../../protocol/service.ts'
import { signInIdPattern } from '../../protocol/sign-in-id.ts'
import { type claims, handOffState, localized } from '../kiosk/schemas.ts'
import type { Same } from '../server/same.ts'
import { refused } from '../server/schemas.ts'

/** The wire words of clients as schemas. */

const site = Type.Object(
  {
    name: localized,
    time_zone: Type.String(),
    hours: Type.Array(
      Type.Object({
        days: Type.Array(Type.Enum([...weekdays])),
        from: Type.String(),
        to: Type.String(),
      }),
    ),
  },
  { title: 'SiteView' },
)

export const clientView = Type.Object(
  {
    id: Type.String(),
    name: localized,
    claims: Type.Array(Type.Enum([...claimNames])),
    endpoint: Type.Optional(Type.String()),
    kiosks: Type.Array(Type.Object({ number: Type.Integer(), name: localized })),
    services: Type.Array(serviceSchema),
    site: Type.Optional(site),
  },
  { title: 'ClientView' },
)

export const subjectPath = Type.Object({ sub: Type.String() })

export const handOffPath = Type.Object({ id: Type.String({ pattern: signInIdPattern.source }) })

export const handOffAnswer = Type.Object(
  { id: Type.String(), status: handOffState },
  { title: 'HandOffAnswer' },
)

export const handOffChanges = Type.Object(
  {
    hand_offs: Type.Array(
      Type.Object({ id: Type.String({ maxLength: 64 }), ...handOffChange.properties }),
      { maxItems: 100 },
    ),
  },
  { title: 'HandOffChanges' },
)

export const handOffResults = Type.Object(
  {
    results: Type.Array(
      Type.Union([
        handOffAnswer,
        Type.Object({ id: Type.String(), ...refused.properties }, { title: 'HandOffRefused' }),
      ]),
    ),
  },
  { title: 'HandOffResults' },
)

/** Does not compile while a schema and its wire word differ: a field would be dropped unnoticed. */
export const inStep: [
  Same<Static<typeof clientView>, ClientView>,
  Same<Static<typeof claims>, Claims>,
  Same<Static<typeof servicesSchema>, Services>,
  Same<Static<typeof handOffChange>, HandOffChange>,
  Same<Static<typeof handOffAnswer>, HandOffAnswer>,
  Same<Static<typeof handOffChanges>, HandOffChanges>,
  Same<Static<typeof handOffResults>, HandOffResults>,
] = [true, true, true, true, true, true, true]
