import Type from 'typebox'
import { readUserCode } from '../../protocol/user-code.ts'
import type { HttpServer } from '../server/server.ts'
import { tags } from './schemas.ts'
import type { PhoneParts, VisitorOf } from './visitor.ts'

/** What a QR or a typed code leads to: the sign-in page. None of it changes a sign-in. */
export function addOpenRoutes(
  scope: HttpServer,
  { flow, userCodes }: PhoneParts,
  visitorOf: VisitorOf,
): void {
  // QR codes hold capitals to stay small; nothing else here is case-insensitive.
  for (const url of ['/q/:ticket', '/Q/:ticket']) {
    scope.get(
      url,
      {
        schema: {
          tags,
          summary: 'What a QR leads to: the sign-in page',
          hide: url === '/Q/:ticket',
          params: Type.Object({ ticket: Type.String({ maxLength: 1024 }) }),
        },
      },
      async (request, reply) => {
        const visitor = visitorOf(request, reply)
        const opened = await flow.open(request.params.ticket, visitor.keyOrNew())
        return visitor.showOpened(opened)
      },
    )
  }

  scope.get(
    '/code',
    { schema: { tags, summary: 'Where a person types the code that the kiosk shows' } },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      // Wrong codes are counted per browser, so it has its key before the first one.
      visitor.keyOrNew()
      return visitor.showCodeForm()
    },
  )

  scope.post(
    '/code',
    {
      schema: {
        tags,
        summary: 'A user code leads to the same sign-in page as its QR',
        body: Type.Object({ user_code: Type.String({ maxLength: 64 }) }),
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { user_code: typed } = request.body
      try {
        const opened = await userCodes.open(typed, visitor.keyOrNew(), visitor.typist)
        return visitor.showOpened(opened, readUserCode(typed))
      } catch (error) {
        return visitor.retypeCode(error, typed)
      }
    },
  )
}
