import { type OriginView, paths } from '@qrgate/sdk/protocol'
import Type, { type Static } from 'typebox'
import type { Config } from '../../config.ts'
import type { Same } from '../server/same.ts'
import type { HttpServer } from '../server/server.ts'

const originView = Type.Object({ allowed: Type.Boolean() }, { title: 'OriginView' })

/** Does not compile while the schema and its wire word differ. */
export const inStep: Same<Static<typeof originView>, OriginView> = true

/**
 * Tells a page of any origin whether it may call the API, and nothing else: browsers tell it no more
 * than that a call has failed, so whoever builds it could not know that its origin was forgotten.
 */
export function addOriginCheck(
  server: HttpServer,
  { publicUrl, allowedOrigins }: Pick<Config, 'publicUrl' | 'allowedOrigins'>,
): void {
  const allowed = new Set([publicUrl, ...allowedOrigins])
  const schema = {
    tags: ['kiosk'],
    operationId: 'checkOrigin',
    security: [],
    summary: 'Whether pages of the asking origin may call the API',
    response: { 200: originView },
  }
  server.get(paths.origin, { schema }, async ({ headers }, reply) => {
    reply.header('access-control-allow-origin', '*')
    reply.header('cross-origin-resource-policy', 'cross-origin')
    return { allowed: allowed.has('*') || allowed.has(headers.origin ?? publicUrl) }
  })
}
