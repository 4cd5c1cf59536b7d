import type { KioskMessage } from '@qrgate/sdk/protocol'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { isSignInId } from '../protocol/sign-in-id.ts'

const id = Type.String({ minLength: 36, maxLength: 36 })
const closed = { additionalProperties: false }

const message = Compile(
  Type.Union([
    // Open: a page that is newer than this gate may say more, and is passed over.
    Type.Object({ type: Type.Literal('hello') }),
    Type.Object(
      {
        type: Type.Literal('watch'),
        id,
        kiosk_secret: Type.String({ maxLength: 64 }),
        renew: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    Type.Object({ type: Type.Literal('frames'), id, ask: Type.Integer() }, closed),
    Type.Object({ type: Type.Literal('ping') }, closed),
  ]),
)

/** The message in this text, or undefined for anything else. */
export function parseKioskMessage(text: string): KioskMessage | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!message.Check(value)) return undefined
    // Other spellings of an id stand for the same bytes, so its secret would prove them too.
    return 'id' in value && !isSignInId(value.id) ? undefined : value
  } catch {
    return undefined
  }
}
