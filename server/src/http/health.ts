import Type, { type Static } from 'typebox'
import type { Part } from './health-part.ts'
import { withRetryAfter } from './server/refusal-answers.ts'
import type { HttpServer } from './server/server.ts'

const partState = Type.Object({
  status: Type.Enum(['ok', 'degraded']),
  for_ms: Type.Optional(Type.Number()),
  reason: Type.Optional(Type.String()),
})
const readiness = Type.Object(
  {
    status: Type.Enum(['ready', 'degraded', 'not_ready']),
    parts: Type.Record(Type.String(), partState),
  },
  { title: 'Readiness' },
)

type Status = Static<typeof readiness>['status']

/** For load balancers and process supervisors. */
export function addHealth(server: HttpServer, parts: readonly Part[]): void {
  const tags = ['machines']
  let stopping = false
  server.addHook('preClose', async () => {
    stopping = true
  })

  server.get(
    '/healthz',
    {
      schema: {
        tags,
        operationId: 'getHealth',
        security: [],
        summary: 'The process answers',
        response: { 200: Type.Object({ status: Type.Literal('ok') }, { title: 'Health' }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )

  server.get(
    '/readyz',
    {
      schema: {
        tags,
        operationId: 'getReadiness',
        security: [],
        summary: 'Whether sign-ins should be sent here, and which part is degraded since when',
        response: { 200: readiness, 503: withRetryAfter(readiness) },
      },
    },
    async (_request, reply) => {
      const states = await Promise.all(parts.map(part => part.degraded()))
      const failing = parts.some((part, index) => part.vital && states[index] !== null)
      const down = stopping || failing
      if (down) reply.code(503).header('retry-after', 1)
      const named = parts.map((part, index) => {
        const state = states[index]
        return [part.name, state ? { status: 'degraded' as const, ...state } : ok] as const
      })
      const degraded = states.some(state => state !== null)
      const status: Status = down ? 'not_ready' : degraded ? 'degraded' : 'ready'
      return { status, parts: Object.fromEntries(named) }
    },
  )
}

const ok = { status: 'ok' as const }
