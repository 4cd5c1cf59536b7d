import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { maskedName } from '../../accounts/masked-name.ts'
import type { Opener, Recoveries } from '../../accounts/recovery.ts'
import { Refusal } from '../../errors.ts'
import type { Limit } from '../../limits/limit.ts'
import { networkOf } from '../../limits/network.ts'
import type { Account } from '../../store/account.ts'
import { beginRefusal, type HttpServer, refusalOf } from '../server/server.ts'
import { showLinkPage } from './link-page.ts'
import type { RecoveryForm } from './view.ts'
import type { PhoneParts, Visitor, VisitorOf } from './visitor.ts'

export interface RecoveryParts extends PhoneParts {
  recoveries: Recoveries
  /** New passwords by a link, by network. */
  recoveryTries: Limit
}

type RecoveryView = RecoveryForm | { kind: 'recovered' }

const body = Type.Object({ password: Type.String({ maxLength: 4096 }) })

/**
 * One-time links of whoever has lost their password. Opening one changes nothing, so a link preview does not
 * burn it; whatever is wrong with one, the page is the same.
 */
export function addRecoveryRoutes(
  scope: HttpServer,
  parts: RecoveryParts,
  visitorOf: VisitorOf,
): void {
  const { recoveries, recoveryTries } = parts
  const show = (reply: FastifyReply, visitor: Visitor, view: RecoveryView) =>
    showLinkPage(reply, visitor, view, parts)

  scope.get('/recover', { schema: { hide: true } }, () => {
    throw new Refusal('link_used')
  })

  scope.get('/recover/*', { schema: { hide: true } }, async (request, reply) => {
    const visitor = visitorOf(request, reply)
    // By its key a browser is told again that it was done.
    const opener = { link: linkIn(request), browser: visitor.keyOrNew() }
    const { account, isDone } = await recoveries.open(opener)
    if (isDone) return show(reply, visitor, { kind: 'recovered' })
    return show(reply, visitor, formOf(account))
  })

  scope.post('/recover/*', { schema: { hide: true, body } }, async (request, reply) => {
    const visitor = visitorOf(request, reply)
    recoveryTries.spend(networkOf(request.ip))
    const opener: Opener = { link: linkIn(request), browser: visitor.key }
    try {
      await recoveries.recover(opener, request.body.password, request.ip)
    } catch (error) {
      const { code, status } = refusalOf(error)
      // Another password mends it.
      if (status !== 422 || visitor.wantsJson) throw error
      const { account } = await recoveries.open(opener)
      beginRefusal(error, request, reply)
      return show(reply, visitor, { ...formOf(account), error: code })
    }
    return reply.redirect(`/recover/${opener.link}`, 303)
  })
}

function formOf({ id }: Account): RecoveryForm {
  return { kind: 'recovery', masked: maskedName('', id) }
}

/** Whatever stands there, so that what is no link is called so. */
function linkIn({ params }: FastifyRequest): string {
  return (params as { '*': string })['*']
}
