import Type from 'typebox'
import { Refusal } from '../../errors.ts'
import { readInvitationCode } from '../../protocol/invitation-code.ts'
import type { HttpServer } from '../server/server.ts'
import { showLinkPage } from './link-page.ts'
import type { PhoneParts, VisitorOf } from './visitor.ts'

const params = Type.Object({ code: Type.String({ maxLength: 64 }) })

/**
 * Where the link of an invitation leads, before the visit: the browser keeps its code for the form. Whether it is
 * good is told there, where a wrong one is paid for; a preview of the link uses nothing up.
 */
export function addInvitationRoutes(
  scope: HttpServer,
  parts: PhoneParts,
  visitorOf: VisitorOf,
): void {
  scope.get('/invited', { schema: { hide: true } }, () => {
    throw new Refusal('link_used')
  })

  scope.get('/invited/:code', { schema: { hide: true, params } }, async (request, reply) => {
    if (parts.config.registration === 'closed') throw new Refusal('registration_closed')
    const code = readInvitationCode(request.params.code)
    if (code === undefined) throw new Refusal('link_used')
    const visitor = visitorOf(request, reply)
    visitor.invited.keep(code)
    return showLinkPage(reply, visitor, { kind: 'invited', code }, parts)
  })
}
