import Type from 'typebox'
import { refused } from '../server/schemas.ts'

/** Carried by every form until the scan is committed. */
export const receipt = Type.Optional(Type.String({ maxLength: 128 }))

const state = Type.Object({ state: Type.String(), reason: Type.Optional(Type.String()) })

/** What a form's POST answers: the state as JSON, or the way to the page that shows it. */
export const settled = { 200: state, 303: Type.Null(), '4xx': refused, 503: refused }

export const tags = ['phone']
