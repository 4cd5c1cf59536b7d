import type { HandOffChange } from '@qrgate/sdk/protocol'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { bothOf, bothTexts, calledNumber } from './shown-text.ts'

/** What a client may say of a hand-off: a `QueueTicket`, and how it stands. */

/** How it stands, as a client says it. */
export const saidStatuses = [
  'accepted',
  'refused',
  'called',
  'done',
  'no_show',
  'cancelled',
] as const

const count = (most: number) => Type.Optional(Type.Integer({ minimum: 0, maximum: most }))

export const handOffChange = Type.Object({
  status: Type.Optional(Type.Enum([...saidStatuses])),
  text: Type.Optional(bothTexts('why it is refused')),
  number: Type.Optional(calledNumber),
  title: Type.Optional(bothTexts('')),
  place: Type.Optional(
    Type.Object({
      name: bothTexts('where to go'),
      floor: Type.Optional(bothTexts('')),
      way: Type.Optional(bothTexts('how to get there')),
    }),
  ),
  lines: Type.Optional(Type.Array(bothTexts(''), { maxItems: 3 })),
  ahead: count(9_999),
  wait_minutes: count(1_440),
  now: Type.Optional(calledNumber),
})

const compiled = Compile(handOffChange)

/**
 * What a receiver has answered to a request; unknown fields mean nothing.
 * @returns null where it says nothing that can be understood: `status` is missing, or something is too long.
 */
export function readAnswer(body: unknown): HandOffChange | null {
  if (!compiled.Check(body)) return null
  const change = changeOf(body as HandOffChange)
  const { status } = change
  return status === 'accepted' || status === 'refused' ? change : null
}

/** Name by name: what else a client has written is no word of ours. */
export function changeOf(said: HandOffChange): HandOffChange {
  const { status, text, number, title, place, lines, ahead, wait_minutes, now } = said
  return {
    ...(status && { status }),
    ...(text && { text: bothOf(text) }),
    ...(number !== undefined && { number }),
    ...(title && { title: bothOf(title) }),
    ...(place && {
      place: {
        name: bothOf(place.name),
        ...(place.floor && { floor: bothOf(place.floor) }),
        ...(place.way && { way: bothOf(place.way) }),
      },
    }),
    ...(lines && { lines: lines.map(bothOf) }),
    ...(ahead !== undefined && { ahead }),
    ...(wait_minutes !== undefined && { wait_minutes }),
    ...(now !== undefined && { now }),
  }
}
