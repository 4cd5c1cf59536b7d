import Type from 'typebox'
import { Refusal } from '../../errors.ts'
import { isNews, seenOf } from '../../signin/watched.ts'
import { goneWith } from '../server/gone.ts'
import { wantsPage } from '../server/page-address.ts'
import { refused, signInPath } from '../server/schemas.ts'
import type { HttpServer } from '../server/server.ts'
import { receipt, settled, tags, typedText, waitQuery } from './schemas.ts'
import type { PhoneParts, Visitor, VisitorOf } from './visitor.ts'

/** Where each form of a sign-in's page stands: what is added to the sign-in's own address. */
const standsAt: Partial<Record<string, string>> = {
  scan: '',
  extend: '',
  'sign-in': '',
  'sign-up': '?form=sign-up',
  deny: '',
  end: '',
  'not-me': '?form=not-me',
  'cancel-hand-off': '?form=cancel',
  coming: '',
  leave: '',
}

/** What goes along from one form to the next. */
const carriedOn = Type.Object({
  receipt,
  next: Type.Optional(Type.String({ maxLength: 16 })),
  account: Type.Optional(typedText),
  name: Type.Optional(typedText),
})

const formOf = (next: string | undefined) => (next === 'sign-up' ? '?form=sign-up' : '')

/** What a phone does with its sign-in by its phone key alone: take it, look at it, refuse it. */
export function addStateRoutes(
  scope: HttpServer,
  { flow, visits, handOffs, awaitOfPhone }: PhoneParts,
  visitorOf: VisitorOf,
): void {
  scope.post(
    '/s/:id/scan',
    {
      schema: {
        tags,
        summary:
          'Scan: the first phone has the sign-in. From there to another form or, with `lang`, another language, with what was typed',
        params: signInPath,
        body: carriedOn,
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      const { receipt, next, account: accountId, name } = request.body
      visitor.keepTyped({ accountId, name })
      await visitor.scanFirst(id, receipt)
      return visitor.settle(id, formOf(next))
    },
  )

  scope.post(
    '/s/:id/extend',
    {
      schema: {
        tags,
        summary: 'More time to sign in; once, and what was typed stays',
        params: signInPath,
        body: carriedOn,
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      const { next, account: accountId, name } = request.body
      visitor.keepTyped({ accountId, name })
      await flow.extendByPhone(id, visitor.key)
      return visitor.settle(id, formOf(next))
    },
  )

  scope.get(
    '/s/:id',
    {
      schema: {
        tags,
        summary: 'Where the sign-in of this phone stands; with `wait`, as soon as it changes',
        params: signInPath,
        querystring: waitQuery,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      const { since = -1, hand_off_since, wait = 0 } = request.query
      const seen = seenOf(since, hand_off_since)
      const now = await flow.viewOfPhone(id, visitor.key)
      if (wait === 0 || !visitor.wantsJson || isNews(now, seen)) return visitor.showState(now)
      const changed = await awaitOfPhone(id, visitor.key, seen, wait * 1000, goneWith(reply))
      return visitor.showState({ ...changed, kiosk: now.kiosk })
    },
  )

  // A form that was refused stands at an address that a tab is restored to, or another app is handed.
  scope.get(
    '/s/:id/:form',
    {
      schema: {
        hide: true,
        params: Type.Object({ ...signInPath.properties, form: Type.String() }),
      },
    },
    async (request, reply) => {
      const { id, form } = request.params
      // A language that the address asks for is chosen there too.
      visitorOf(request, reply)
      const query = standsAt[form]
      if (query === undefined || !wantsPage(request)) throw new Refusal('not_found')
      return reply.redirect(`/s/${id}${query}`, 303)
    },
  )

  /** A button whose form has no fields: it is pressed, and the page says how things stand. */
  const button = (
    name: string,
    summary: string,
    press: (visitor: Visitor, id: string) => Promise<unknown>,
  ) =>
    scope.post(
      `/s/:id/${name}`,
      { schema: { tags, summary, params: signInPath, response: settled } },
      async (request, reply) => {
        const visitor = visitorOf(request, reply)
        const { id } = request.params
        await press(visitor, id)
        return visitor.settle(id)
      },
    )

  button('end', 'End the visit at the kiosk', ({ key }, id) => visits.endByPhone(id, key))
  button('not-me', 'It was somebody else: ends the visit and reports it', (visitor, id) => {
    visitor.forgetTyped()
    return visits.disown(id, visitor.phone)
  })
  button(
    'cancel-hand-off',
    'Not today: what was asked for at the kiosk is cancelled',
    async (visitor, id) => {
      const { signIn } = await flow.viewOfPhone(id, visitor.key)
      await handOffs.cancelByPhone(signIn).catch(error => visitor.unlessOver(error))
    },
  )
  button('coming', 'On the way: the client that has called is told so', async (visitor, id) => {
    const { signIn } = await flow.viewOfPhone(id, visitor.key)
    await handOffs.coming(signIn).catch(error => visitor.unlessOver(error))
  })

  scope.post(
    '/s/:id/leave',
    {
      schema: {
        tags,
        summary:
          'The page was closed before the visitor had signed in; it may come back within 15 s',
        params: signInPath,
        response: { 204: Type.Null(), '4xx': refused, 503: refused },
      },
    },
    async (request, reply) => {
      await visits.leaveByPhone(request.params.id, visitorOf(request, reply).key)
      return reply.code(204).send(null)
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
      visitor.forgetTyped()
      return visitor.settle(id)
    },
  )
}
