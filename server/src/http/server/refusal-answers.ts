import type { FastifySchema } from 'fastify'
import Type, { type TSchema } from 'typebox'
import { type RefusalCode, statusOf } from '../../errors.ts'
import { refused } from './schemas.ts'
import { sentence } from './sentences.ts'

/**
 * Refusals as the API's document tells of them. They stand in no `response` of a route: their one shape is
 * made by `refusalBody`, so a serializer for each status of each route would trim nothing.
 */

/** How a scope answers what it refuses. */
export interface RefusalShape {
  schema: TSchema
  /** True where people read it: a page, but for whoever accepts JSON first. */
  page: boolean
  /** What is answered of these codes, by status. @param method in capitals. */
  answered(codes: readonly RefusalCode[], method: string): Map<number, RefusalCode[]>
}

/** What any request may be, and any request with a body. */
const ofAny = ['malformed'] as const
const ofBodies = ['too_large', 'unsupported_media_type'] as const
const withBody = new Set(['POST', 'PUT', 'PATCH'])

/** The shape of all refusals but the seed's. */
export const asJson: RefusalShape = {
  schema: refused,
  page: false,
  answered: (codes, method) =>
    byStatus(
      [...ofAny, ...(withBody.has(method) ? ofBodies : []), ...codes],
      code => statusOf[code],
    ),
}

export const asPage: RefusalShape = { ...asJson, page: true }

/** @param status which one says it. */
export function byStatus(
  codes: readonly RefusalCode[],
  status: (code: RefusalCode) => number,
): Map<number, RefusalCode[]> {
  // Whatever needs the database may lose its answer.
  const inDoubt = codes.includes('storage_busy') ? (['outcome_unknown'] as const) : []
  return Map.groupBy(new Set([...codes, ...inDoubt]), status)
}

/** These may come after a while, and say so (RFC 9110 §10.2.3). */
const again = new Set([429, 503])
const headers = {
  'Retry-After': {
    type: 'integer',
    minimum: 1,
    description: 'Seconds after which trying again makes sense (RFC 9110 §10.2.3).',
  },
}

/** An answer that is no refusal, and says so as well. */
export const withRetryAfter = <Said extends TSchema>(schema: Said): Said => ({ ...schema, headers })

/** The answers of a route that refuse something, as the OpenAPI plugin reads them. */
export function refusalAnswers(
  { refusals = [], refusalShape = asJson }: FastifySchema,
  method: string,
): Record<string, object> {
  const { schema, page } = refusalShape
  const answer = (said: TSchema, about: string, more = {}) => ({
    description: about,
    content: { 'application/json': { schema: said }, ...(page && htmlContent) },
    ...more,
  })
  const answers = [...refusalShape.answered(refusals, method)].map(([status, codes]) => {
    const known = Type.Object({ code: Type.Enum(codes) })
    const more = again.has(status) ? { headers } : {}
    const about = codes.map(code => `- \`${code}\`: ${sentence(code, 'en')}`).join('\n')
    return [status, answer({ allOf: [schema, known] } as TSchema, about, more)]
  })
  return { ...Object.fromEntries(answers), default: answer(schema, unforeseen) }
}

const unforeseen =
  'What an address may answer whatever it is for: the request is too slow (408), its address too long (414) or its headers too large (431), or something went wrong here (500).'

const htmlContent = { 'text/html': { schema: Type.String() } }

/** A page to read. */
export const page = (description: string) => ({ description, content: htmlContent })

declare module 'fastify' {
  interface FastifySchema {
    /** The codes of all that this route refuses, but for what every route of its method does. */
    refusals?: readonly RefusalCode[]
    /** Where refusals are answered otherwise than as JSON of the one shape. */
    refusalShape?: RefusalShape
    /** Nobody has to send a body: without one it is an empty one. */
    bodyIsOptional?: boolean
  }
}
