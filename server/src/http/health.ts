import Type from 'typebox'
import type { HttpServer } from './server.ts'

/** For load balancers and process supervisors: the process answers. */
export function addHealth(server: HttpServer): void {
  const response = { 200: Type.Object({ status: Type.Literal('ok') }) }
  server.get('/healthz', { schema: { tags: ['machines'], response } }, async () => {
    return { status: 'ok' as const }
  })
}
