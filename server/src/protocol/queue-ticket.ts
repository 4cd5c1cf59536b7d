import type { HandOffChange, HandOffState, QueueTicket } from '@qrgate/sdk/protocol'
import Type, { type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { lazy } from '../lazy.ts'
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

/** Left out: as it was. Null: the ticket has it no more. */
const removable = <Field extends TSchema>(field: Field) =>
  Type.Optional(Type.Union([field, Type.Null()]))
const count = (most: number) => removable(Type.Integer({ minimum: 0, maximum: most }))

export const handOffChange = Type.Object(
  {
    status: Type.Optional(Type.Enum([...saidStatuses])),
    text: Type.Optional(bothTexts('why it is refused')),
    number: removable(calledNumber),
    title: removable(bothTexts('')),
    place: removable(
      Type.Object({
        name: bothTexts('where to go'),
        floor: Type.Optional(bothTexts('')),
        way: Type.Optional(bothTexts('how to get there')),
      }),
    ),
    lines: removable(Type.Array(bothTexts(''), { maxItems: 3 })),
    ahead: count(9_999),
    wait_minutes: count(1_440),
    now: removable(calledNumber),
  },
  { title: 'HandOffChange' },
)

const compiled = lazy(() => Compile(handOffChange))

/**
 * What a receiver has answered to a request; unknown fields mean nothing.
 * @returns null where it says nothing that can be understood: `status` is missing, or something is too long.
 */
export function readAnswer(body: unknown): HandOffChange | null {
  if (!compiled().Check(body)) return null
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
    ...(title !== undefined && { title: title && bothOf(title) }),
    ...(place !== undefined && { place: place && placeOf(place) }),
    ...(lines !== undefined && { lines: lines?.map(bothOf) ?? null }),
    ...(ahead !== undefined && { ahead }),
    ...(wait_minutes !== undefined && { wait_minutes }),
    ...(now !== undefined && { now }),
  }
}

/**
 * A ticket with what is another now.
 * @param state as it stands then: nobody comes before whoever was called.
 * @returns null where nothing is left of it.
 */
export function ticketWith(
  ticket: QueueTicket | null,
  change: Omit<HandOffChange, 'status' | 'text'>,
  state: HandOffState,
): QueueTicket | null {
  const isTheirTurn = state === 'called' || state === 'done'
  const over = isTheirTurn ? { ahead: null, wait_minutes: null } : {}
  const fields = Object.entries({ ...ticket, ...change, ...over })
  const kept = fields.filter(([, value]) => value !== null)
  return kept.length > 0 ? (Object.fromEntries(kept) as QueueTicket) : null
}

function placeOf({
  name,
  floor,
  way,
}: NonNullable<QueueTicket['place']>): QueueTicket['place'] & {} {
  return {
    name: bothOf(name),
    ...(floor && { floor: bothOf(floor) }),
    ...(way && { way: bothOf(way) }),
  }
}
