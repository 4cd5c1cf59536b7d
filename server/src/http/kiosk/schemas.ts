import type {
  KioskView,
  PollAnswer,
  SignInView,
  StartAnswer,
  UserCodeAnswer,
} from '@qrgate/sdk/protocol'
import Type, { type Static } from 'typebox'
import { signInIdPattern } from '../../protocol/sign-in-id.ts'

/** The wire words of @qrgate/sdk as schemas: they check input, write OpenAPI and trim output. */

export const refused = Type.Object(
  { code: Type.String(), message: Type.String() },
  { description: 'A refusal: `code` is stable, `message` is for people.' },
)

export const signInPath = Type.Object({ id: Type.String({ pattern: signInIdPattern.source }) })

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
    Type.Enum([
      'unscanned',
      'abandoned',
      'unclaimed',
      'kiosk',
      'not_my_phone',
      'revoked',
      'absolute',
    ]),
  ),
  expires_in_ms: Type.Optional(Type.Number()),
  phone: Type.Optional(Type.Enum(['iphone', 'android', 'other'])),
})

export const pollQuery = Type.Object({
  since: Type.Optional(Type.Integer({ minimum: -1, description: 'The last `seq` seen.' })),
  wait: Type.Optional(
    Type.Number({ minimum: 0, maximum: 25, description: 'Seconds to wait for a newer `seq`.' }),
  ),
  frames: Type.Optional(Type.Boolean({ description: 'Also answer the QR of the next 30 s.' })),
})

export const pollAnswer = Type.Object({
  ...signInView.properties,
  frames: Type.Optional(Type.Array(frame)),
})

export const userCodeAnswer = Type.Object({
  user_code: Type.String(),
  verification_uri: Type.String(),
  expires_in: Type.Number(),
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
  Same<Static<typeof pollAnswer>, PollAnswer>,
  Same<Static<typeof userCodeAnswer>, UserCodeAnswer>,
  Same<Static<typeof kioskView>, KioskView>,
] = [true, true, true, true, true]
