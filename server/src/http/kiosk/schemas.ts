import {
  type ClaimAnswer,
  type KioskView,
  type PollAnswer,
  type Refused,
  type SignInView,
  type StartAnswer,
  serviceIcons,
  type UserCodeAnswer,
} from '@qrgate/sdk/protocol'
import Type, { type Static } from 'typebox'
import { serviceSchema } from '../../protocol/service.ts'
import type { Same } from '../server/same.ts'
import type { refused } from '../server/schemas.ts'

/** The wire words of @qrgate/sdk as schemas: they check input, write OpenAPI and trim output. */

export const localized = Type.Object(
  { ko: Type.String(), en: Type.String() },
  { title: 'Localized' },
)

export const frame = Type.Object(
  {
    url: Type.String(),
    starts_in_ms: Type.Number(),
    lasts_ms: Type.Number(),
  },
  { title: 'Frame' },
)

export const startAnswer = Type.Object(
  {
    id: Type.String(),
    kiosk_secret: Type.String(),
    expires_in: Type.Number(),
    frame,
  },
  { title: 'StartAnswer' },
)

/** What a client gives, as it was checked when the client said it. */
const queueTicket = Type.Object(
  {
    number: Type.Optional(Type.String()),
    title: Type.Optional(localized),
    place: Type.Optional(
      Type.Object({
        name: localized,
        floor: Type.Optional(localized),
        way: Type.Optional(localized),
      }),
    ),
    lines: Type.Optional(Type.Array(localized)),
    ahead: Type.Optional(Type.Integer()),
    wait_minutes: Type.Optional(Type.Integer()),
    now: Type.Optional(Type.String()),
  },
  { title: 'QueueTicket' },
)

const serviceIcon = Type.Enum([...serviceIcons], { title: 'ServiceIcon' })

export const handOffState = Type.Enum(
  ['requested', 'accepted', 'refused', 'failed', 'called', 'done', 'no_show', 'cancelled'],
  { title: 'HandOffState' },
)

const cancelledBecause = Type.Enum(['another', 'phone', 'not_me', 'client', 'account', 'over'], {
  title: 'CancelledBecause',
})

export const handOffView = Type.Object(
  {
    id: Type.String(),
    seq: Type.Integer(),
    state: handOffState,
    service: Type.Object({ id: Type.String(), name: localized, icon: serviceIcon }),
    ticket: Type.Optional(queueTicket),
    text: Type.Optional(localized),
    reason: Type.Optional(cancelledBecause),
  },
  { title: 'HandOffView', description: 'What the visitor has asked for, and what became of it.' },
)

const signInState = Type.Enum(
  ['pending', 'scanned', 'approved', 'claimed', 'denied', 'cancelled', 'expired', 'ended'],
  { title: 'SignInState' },
)

const finalReason = Type.Enum(
  [
    'unscanned',
    'abandoned',
    'unclaimed',
    'kiosk',
    'phone',
    'idle',
    'not_me',
    'not_my_phone',
    'left',
    'revoked',
    'account',
    'absolute',
  ],
  { title: 'FinalReason' },
)

export const signInView = Type.Object(
  {
    id: Type.String(),
    seq: Type.Integer(),
    state: signInState,
    reason: Type.Optional(finalReason),
    expires_in_ms: Type.Optional(Type.Number()),
    phone: Type.Optional(Type.Enum(['iphone', 'android', 'other'])),
    extendable: Type.Optional(Type.Literal(true)),
    left: Type.Optional(Type.Enum(['kiosk', 'phone'])),
    hand_off: Type.Optional(handOffView),
  },
  { title: 'SignInView' },
)

export const pollQuery = Type.Object({
  since: Type.Optional(Type.Integer({ minimum: -1, description: 'The last `seq` seen.' })),
  hand_off_since: Type.Optional(
    Type.Integer({ minimum: 0, description: 'The last `seq` seen of its `hand_off`.' }),
  ),
  wait: Type.Optional(
    Type.Number({ minimum: 0, maximum: 25, description: 'Seconds to wait for a newer `seq`.' }),
  ),
  frames: Type.Optional(Type.Boolean({ description: 'Also answer the QR of the next 30 s.' })),
})

export const pollAnswer = Type.Object(
  {
    ...signInView.properties,
    frames: Type.Optional(Type.Array(frame)),
  },
  { title: 'PollAnswer' },
)

export const userCodeAnswer = Type.Object(
  {
    user_code: Type.String(),
    verification_uri: Type.String(),
    expires_in: Type.Number(),
  },
  { title: 'UserCodeAnswer' },
)

const said = (description: string) => Type.Optional(Type.String({ description }))

/** What a client may be told of who signed in. */
export const claims = Type.Object(
  {
    sub: Type.String({
      description: 'The same person at this client, each time; at another client another one.',
    }),
    masked_name: said('Never whole, as the kiosk shows it.'),
    name: said('As the visitor gave it; may be empty.'),
    account_id: said('What the visitor types to sign in.'),
    external_id: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description: 'What another system calls this person; null where none is known.',
      }),
    ),
  },
  {
    title: 'Claims',
    description: 'What the visitor agreed to and an operator still grants, for the client alone.',
  },
)

export const claimAnswer = Type.Object(
  {
    id: Type.String(),
    state: Type.Literal('claimed'),
    account: Type.Object({ name: Type.String({ description: 'Masked, never whole.' }) }),
    auth_time: Type.Integer(),
    amr: Type.Array(Type.String()),
    claims: Type.Optional(claims),
    id_token: said('The claims as a signed JWT (ES256), for the client alone; good for 300 s.'),
    services: Type.Optional(
      Type.Array(serviceSchema, {
        description: 'What the visitor may ask for by `POST …/service`.',
      }),
    ),
    hand_off: Type.Optional(handOffView),
  },
  { title: 'ClaimAnswer' },
)

export const kioskPolicy = Type.Object(
  {
    version: Type.Integer(),
    languages: Type.Array(Type.Enum(['ko', 'en'])),
    start: Type.Enum(['touch', 'always']),
    timings: Type.Object({ idle_seconds: Type.Integer(), done_seconds: Type.Integer() }),
    texts: Type.Object({
      idle_title: Type.Optional(localized),
      idle_text: Type.Optional(localized),
      done_text: Type.Optional(localized),
    }),
    services: Type.Object({ offer: Type.Optional(Type.Array(Type.String())) }),
    printing: Type.Object({ ticket: Type.Boolean(), paper_mm: Type.Enum([58, 80]) }),
  },
  { title: 'KioskPolicy' },
)

export const kioskView = Type.Object(
  {
    number: Type.Integer(),
    site: localized,
    name: localized,
    mode: Type.Enum(['demo', 'serve']),
    policy: Type.Optional(kioskPolicy),
    staff_call: Type.Optional(Type.Boolean()),
  },
  { title: 'KioskView' },
)

/** Does not compile while a schema and its wire word differ: a field would be dropped unnoticed. */
export const inStep: [
  Same<Static<typeof startAnswer>, StartAnswer>,
  Same<Static<typeof signInView>, SignInView>,
  Same<Static<typeof pollAnswer>, PollAnswer>,
  Same<Static<typeof userCodeAnswer>, UserCodeAnswer>,
  Same<Static<typeof claimAnswer>, ClaimAnswer>,
  Same<Static<typeof kioskView>, KioskView>,
  Same<Static<typeof refused>, Refused>,
] = [true, true, true, true, true, true, true]
