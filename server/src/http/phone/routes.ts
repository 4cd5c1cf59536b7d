import { Refusal } from '../../errors.ts'
import { addressToGoTo, wantsPage } from '../server/page-address.ts'
import { requireSameOrigin } from '../server/same-origin.ts'
import { type HttpServer, refuse } from '../server/server.ts'
import { addInvitationRoutes } from './invitation-routes.ts'
import { addOpenRoutes } from './open-routes.ts'
import { addRecoveryRoutes, type RecoveryParts } from './recovery-routes.ts'
import { addSignInRoutes } from './sign-in-routes.ts'
import { addStateRoutes } from './state-routes.ts'
import { createVisitors } from './visitor.ts'

/**
 * The phone's pages and what their forms and script send. Each POST takes a form or JSON, and
 * answers a page by way of 303, or the state as JSON to whoever accepts only that.
 */
export function addPhoneRoutes(server: HttpServer, parts: RecoveryParts): void {
  const { publicUrl } = parts.config
  const visitorOf = createVisitors(parts)

  // People get a page for whatever nobody answers, programs the refusal.
  server.setNotFoundHandler((request, reply) => {
    const meant = addressToGoTo(request)
    if (meant !== undefined) return reply.redirect(meant, 307)
    const missing = new Refusal('not_found')
    if (wantsPage(request)) return visitorOf(request, reply).refuse(missing)
    return refuse(missing, request, reply)
  })

  server.register(async raw => {
    const scope: HttpServer = raw.withTypeProvider()
    scope.setErrorHandler((error, request, reply) => {
      // A misspelt id, ticket or form has a route, and is refused there.
      const meant = addressToGoTo(request)
      if (meant !== undefined) return reply.redirect(meant, 307)
      return visitorOf(request, reply).refuse(error)
    })
    scope.addHook('preValidation', async request => {
      if (request.method === 'POST') requireSameOrigin(request, publicUrl)
    })

    // What a QR or a typed code leads to; no phone has the sign-in yet.
    addOpenRoutes(scope, parts, visitorOf)
    // What a phone does with its sign-in by its phone key alone: take it, look at it, refuse it.
    addStateRoutes(scope, parts, visitorOf)
    // Each way to prove who the visitor is, which approves: one route a way.
    addSignInRoutes(scope, parts, visitorOf)
    // Where the link of an invitation leads.
    addInvitationRoutes(scope, parts, visitorOf)
    // Where a link leads that an operator has made for whoever has lost their password.
    addRecoveryRoutes(scope, parts, visitorOf)
  })
}
