import type { Claims, ClientView } from '@qrgate/sdk/protocol'
import Type, { type Static } from 'typebox'
import { claimNames } from '../../protocol/claims.ts'
import { type claims, localized } from '../kiosk/schemas.ts'
import type { Same } from '../server/same.ts'

/** The wire words of clients as schemas. */

export const clientView = Type.Object({
  id: Type.String(),
  name: localized,
  claims: Type.Array(Type.Enum([...claimNames])),
  endpoint: Type.Optional(Type.String()),
  kiosks: Type.Array(Type.Object({ number: Type.Integer(), name: localized })),
})

export const subjectPath = Type.Object({ sub: Type.String() })

/** Does not compile while a schema and its wire word differ: a field would be dropped unnoticed. */
export const inStep: [
  Same<Static<typeof clientView>, ClientView>,
  Same<Static<typeof claims>, Claims>,
] = [true, true]
