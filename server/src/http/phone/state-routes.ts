import Type from 'typebox'
import { signInPath } from '../server/schemas.ts'
import type { HttpServer } from '../server/server.ts'
import { receipt, settled, tags } from './schemas.ts'
import type { PhoneParts, VisitorOf } from './visitor.ts'

/** What a phone does with its sign-in by its phone key alone: take it, look at it, refuse it. */
export function addStateRoutes(
  scope: HttpServer,
  { flow }: PhoneParts,
  visitorOf: VisitorOf,
): void {
  scope.post(
    '/s/:id/scan',
    {
      schema: {
        tags,
        summary: 'Scan: the first phone has the sign-in',
        params: signInPath,
        body: Type.Object({ receipt: Type.String({ maxLength: 128 }), next: receipt }),
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      await visitor.scanFirst(id, request.body.receipt)
      return visitor.settle(id, request.body.next === 'sign-up' ? '?form=sign-up' : '')
    },
  )

  scope.get(
    '/s/:id',
    { schema: { tags, summary: 'Where the sign-in of this phone stands', params: signInPath } },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      return visitor.showState(await flow.viewOfPhone(request.params.id, visitor.key))
    },
  )

  scope.post(
    '/s/:id/deny',
    {
      schema: {
        tags,
        summary: 'Refuse: this is not me, or not here',
        params: signInPath,
        body: Type.Object({ receipt }),
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      await visitor.scanFirst(id, request.body.receipt)
      await flow.deny(id, visitor.key)
      return visitor.settle(id)
    },
  )
}
