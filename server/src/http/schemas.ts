import type { KioskView, SignInView, StartAnswer } from '@qrgate/sdk/protocol'
import Type, { type Static } from 'typebox'

/** The wire words of @qrgate/sdk as schemas: they check input, write OpenAPI and trim output. */

export const refused = Type.Object(
  { code: Type.String(), message: Type.String() },
  { description: 'A refusal: `code` is stable, `message` is for people.' },
)

export const signInPath = Type.Object({
  id: Type.String({
    pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  }),
})

const localized = Type.Object({ ko: Type.String(), en: Type.String() })

export const frame = Type.Object({
  url: Type.String(),
  starts_in_ms: Type.Number(),
  lasts_ms: Type.Number(),
})

export const startAnswer = Type.Object({
  id: Type.String(),
  kiosk_secret: Type.String(),
  expires_in: Type.Number(),
  frame,
})

export const signInView = Type.Object({
  id: Type.String(),
  seq: Type.Integer(),
  state: Type.Enum([
    'pending',
    'scanned',
    'approved',
    'claimed',
    'denied',
    'cancelled',
    'expired',
    'ended',
  ]),
  reason: Type.Optional(
    Type.Enum(['unscanned', 'abandoned', 'unclaimed', 'kiosk', 'not_my_phone', 'absolute']),
  ),
  expires_in_ms: Type.Optional(Type.Number()),
  phone: Type.Optional(Type.Enum(['iphone', 'android', 'other'])),
})

export const claimAnswer = Type.Object({
  id: Type.String(),
  state: Type.Literal('claimed'),
  account: Type.Object({ sub: Type.String(), name: Type.String() }),
  auth_time: Type.Integer(),
  amr: Type.Array(Type.String()),
})

export const kioskView = Type.Object({
  number: Type.Integer(),
  site: localized,
  name: localized,
  mode: Type.Enum(['demo', 'serve']),
})

/** Fails to compile when a schema and its wire word drift apart. */
type Same<A, B> = [A, B] extends [B, A] ? true : never
export const inStep: [
  Same<Static<typeof startAnswer>, StartAnswer>,
  Same<Static<typeof signInView>, SignInView>,
  Same<Static<typeof kioskView>, KioskView>,
] = [true, true, true]
