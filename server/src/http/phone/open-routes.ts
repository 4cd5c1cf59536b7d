import Type from 'typebox'
import { readUserCode } from '../../protocol/user-code.ts'
import type { Language } from '../server/language.ts'
import { page } from '../server/refusal-answers.ts'
import type { HttpServer } from '../server/server.ts'
import { byAnyone, forms, misspelt, opened } from './schemas.ts'
import type { PhoneParts, VisitorOf } from './visitor.ts'

/**
 * Where a ticket leads, and the language that was chosen at its kiosk. QR codes hold capitals to stay
 * small; K and E say a language without a character more.
 */
const ticketAddresses = {
  '/q/:ticket': null,
  '/Q/:ticket': null,
  '/K/:ticket': 'ko',
  '/E/:ticket': 'en',
} as const satisfies Record<string, Language | null>

const ofTicket = ['kiosk_not_enrolled', 'kiosk_revoked', 'in_use', 'storage_busy'] as const

/** What a QR or a typed code leads to: the sign-in page. None of it changes a sign-in. */
export function addOpenRoutes(
  scope: HttpServer,
  { flow, userCodes }: PhoneParts,
  visitorOf: VisitorOf,
): void {
  for (const [url, hint] of Object.entries(ticketAddresses)) {
    scope.get(
      url,
      {
        schema: {
          ...byAnyone,
          operationId: 'openTicket',
          summary: 'What a QR leads to: the sign-in page',
          refusals: [...ofTicket, 'ticket_unknown', 'ticket_stale'],
          response: { ...opened, ...misspelt },
          hide: url !== '/q/:ticket',
          params: Type.Object({ ticket: Type.String({ maxLength: 1024 }) }),
        },
      },
      async (request, reply) => {
        const visitor = visitorOf(request, reply)
        visitor.hintLanguage(hint)
        const opened = await flow.open(request.params.ticket, visitor.keyOrNew())
        return visitor.showOpened(opened)
      },
    )
  }

  scope.get(
    '/code',
    {
      schema: {
        ...byAnyone,
        operationId: 'showCodeForm',
        summary: 'Where a person types the code that the kiosk shows',
        response: { 200: page('The page with its form.') },
      },
    },
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
        ...byAnyone,
        operationId: 'openUserCode',
        refusals: [...ofTicket, 'cross_site', 'user_code_unknown', 'too_many_codes'],
        response: opened,
        consumes: forms,
        summary: 'A user code leads to the same sign-in page as its QR',
        body: Type.Object({ user_code: Type.String({ maxLength: 64 }) }, { title: 'UserCodeForm' }),
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
