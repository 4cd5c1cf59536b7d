import Type from 'typebox'
import type { RefusalCode } from '../../errors.ts'
import { longestAgreement } from '../../protocol/agreement.ts'
import { handOffView, signInView } from '../kiosk/schemas.ts'
import { asPage, page } from '../server/refusal-answers.ts'

/** Carried by every form until the scan is committed. */
export const receipt = Type.Optional(Type.String({ maxLength: 128 }))

const { state, reason } = signInView.properties

const phoneState = Type.Object(
  {
    state,
    seq: Type.Integer(),
    reason,
    expires_in_ms: Type.Optional(Type.Number()),
    extendable: Type.Optional(Type.Literal(true)),
    hand_off: Type.Optional(handOffView),
  },
  { title: 'PhoneState', description: 'How the sign-in of this phone stands.' },
)

/** As typed; what is wrong with it is said in words. */
export const typedText = Type.String({ maxLength: 256 })

/** What the page said that others are told; carried by every form that signs in. */
export const agreement = Type.Optional(Type.String({ maxLength: longestAgreement }))

/** The box beside a form, where it is ticked. */
export const remember = Type.Optional(Type.Literal('on'))

const location = { Location: { type: 'string', description: 'A path of this gate.' } }
const away = (description: string) => Type.Null({ description, headers: location })

/** People type addresses, and messengers add to them. */
export const misspelt = {
  307: away(
    'The address is misspelt: the one that was meant. Only for whoever says what it accepts.',
  ),
}

/** What a form's POST answers: the state as JSON, or the way to the page that shows it. */
export const settled = {
  200: phoneState,
  303: away('The page that shows how it stands, for whoever does not accept JSON first.'),
  ...misspelt,
}

/** How it stands, for people and for programs. */
export const shown = {
  200: {
    description: 'How it stands: a page, or JSON for whoever accepts that first.',
    content: {
      'application/json': { schema: phoneState },
      ...page('').content,
    },
  },
  ...misspelt,
}

/** The sign-in page that a QR or a code leads to. */
export const opened = {
  200: page('The sign-in page. It carries the receipt that commits the scan.'),
  303: away('This phone has the sign-in already: its page.'),
}

/** By the phone key alone, and by what a form is posted with. */
export const ofPhone = ['not_your_phone', 'kiosk_not_enrolled', 'storage_busy'] as const
export const ofForm = ['cross_site', ...ofPhone] as const
export const over = ['already_ended', 'expired'] as const

/** A form that carries a receipt is the scan, too. */
export const ofScan = [
  ...ofForm,
  ...over,
  ...['receipt_wrong', 'receipt_stale', 'kiosk_revoked', 'in_use', 'too_many'],
] as const satisfies RefusalCode[]

/** What all routes of a phone share in the API's document. */
export const byPhone = {
  tags: ['phone'],
  security: [{ phone_key: [] as string[] }],
  refusalShape: asPage,
}
export const byAnyone = { ...byPhone, security: [] }
export const forms = ['application/x-www-form-urlencoded', 'application/json']

/** The phone's long poll; a page's own words may stand beside it. */
export const waitQuery = Type.Object({
  since: Type.Optional(Type.Integer({ minimum: -1 })),
  hand_off_since: Type.Optional(Type.Integer({ minimum: 0 })),
  wait: Type.Optional(Type.Number({ minimum: 0, maximum: 25 })),
})
