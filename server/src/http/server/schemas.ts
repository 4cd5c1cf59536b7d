import Type from 'typebox'
import { signInIdPattern } from '../../protocol/sign-in-id.ts'

/** Schemas of what kiosks and phones share. */

export const refused = Type.Object(
  { code: Type.String(), message: Type.String() },
  { title: 'Refused', description: 'A refusal: `code` is stable, `message` is for people.' },
)

export const signInPath = Type.Object({ id: Type.String({ pattern: signInIdPattern.source }) })
