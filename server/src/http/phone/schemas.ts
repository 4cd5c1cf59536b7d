import Type from 'typebox'
import { longestAgreement } from '../../protocol/agreement.ts'
import { handOffView } from '../kiosk/schemas.ts'
import { refused } from '../server/schemas.ts'

/** Carried by every form until the scan is committed. */
export const receipt = Type.Optional(Type.String({ maxLength: 128 }))

const state = Type.Object({
  state: Type.String(),
  seq: Type.Integer(),
  reason: Type.Optional(Type.String()),
  hand_off: Type.Optional(handOffView),
})

/** As typed; what is wrong with it is said in words. */
export const typedText = Type.String({ maxLength: 256 })

/** What the page said that others are told; carried by every form that signs in. */
export const agreement = Type.Optional(Type.String({ maxLength: longestAgreement }))

/** What a form's POST answers: the state as JSON, or the way to the page that shows it. */
export const settled = { 200: state, 303: Type.Null(), '4xx': refused, 503: refused }

/** The phone's long poll; a page's own words may stand beside it. */
export const waitQuery = Type.Object({
  since: Type.Optional(Type.Integer({ minimum: -1 })),
  hand_off_since: Type.Optional(Type.Integer({ minimum: 0 })),
  wait: Type.Optional(Type.Number({ minimum: 0, maximum: 25 })),
})

export const tags = ['phone']
