import Type, { type Static } from 'typebox'
import { Refusal, type RefusalCode } from '../../errors.ts'
import { isNews, seenOf } from '../../signin/watched.ts'
import { goneWith } from '../server/gone.ts'
import { wantsPage } from '../server/page-address.ts'
import { signInPath } from '../server/schemas.ts'
import type { HttpServer } from '../server/server.ts'
import {
  byPhone,
  forms,
  misspelt,
  ofForm,
  ofPhone,
  ofScan,
  over,
  receipt,
  remember,
  settled,
  shown,
  typedText,
  waitQuery,
} from './schemas.ts'
import type { PhoneParts, Visitor, VisitorOf } from './visitor.ts'

/** Where each form of a sign-in's page stands: what is added to the sign-in's own address. */
const standsAt: Partial<Record<string, string>> = {
  scan: '',
  extend: '',
  'sign-in': '',
  approve: '',
  passkey: '',
  passkeys: '',
  'sign-up': '?form=sign-up',
  deny: '',
  end: '',
  'not-me': '?form=not-me',
  'cancel-hand-off': '?form=cancel',
  coming: '',
  leave: '',
}

/** What goes along from one form to the next. */
const carriedOn = Type.Object(
  {
    receipt,
    next: Type.Optional(Type.String({ maxLength: 16 })),
    account: Type.Optional(typedText),
    name: Type.Optional(typedText),
    invitation: Type.Optional(typedText),
    remember,
  },
  { title: 'CarriedForm' },
)

const asked = new Set(['sign-in', 'sign-up'])

/** The form that was asked for in place of the one that goes with how things stand, and its box where that is ticked. */
function formOf({ next = '', remember }: Static<typeof carriedOn>): string {
  const query = new URLSearchParams({
    ...(asked.has(next) && { form: next }),
    ...(remember && { remember }),
  })
  return query.size === 0 ? '' : `?${query}`
}

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
        ...byPhone,
        operationId: 'scan',
        refusals: ofScan,
        consumes: forms,
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
      const { receipt, account: accountId, name, invitation } = request.body
      visitor.keepTyped({ accountId, name, invitation })
      await visitor.scanFirst(id, receipt)
      return visitor.settle(id, formOf(request.body))
    },
  )

  scope.post(
    '/s/:id/extend',
    {
      schema: {
        ...byPhone,
        operationId: 'extendByPhone',
        refusals: [...ofForm, ...over],
        consumes: forms,
        summary: 'More time to sign in; once, and what was typed stays',
        params: signInPath,
        body: carriedOn,
        response: settled,
      },
    },
    async (request, reply) => {
      const visitor = visitorOf(request, reply)
      const { id } = request.params
      const { account: accountId, name, invitation } = request.body
      visitor.keepTyped({ accountId, name, invitation })
      await flow.extendByPhone(id, visitor.key)
      return visitor.settle(id, formOf(request.body))
    },
  )

  scope.get(
    '/s/:id',
    {
      schema: {
        ...byPhone,
        operationId: 'viewByPhone',
        refusals: [...ofPhone, 'restarting'],
        response: shown,
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
    { refusals, ...said }: { operationId: string; summary: string; refusals: RefusalCode[] },
    press: (visitor: Visitor, id: string) => Promise<unknown>,
  ) =>
    scope.post(
      `/s/:id/${name}`,
      {
        schema: {
          ...byPhone,
          ...said,
          refusals: [...ofForm, ...refusals],
          params: signInPath,
          response: settled,
        },
      },
      async (request, reply) => {
        const visitor = visitorOf(request, reply)
        const { id } = request.params
        await press(visitor, id)
        return visitor.settle(id)
      },
    )

  const end = {
    operationId: 'endByPhone',
    summary: 'End the visit at the kiosk',
    refusals: ['not_approved', ...over] satisfies RefusalCode[],
  }
  button('end', end, ({ key }, id) => visits.endByPhone(id, key))

  const notMe = {
    operationId: 'disown',
    summary: 'It was somebody else: ends the visit and reports it',
    refusals: ['not_approved', 'hand_off_unknown'] satisfies RefusalCode[],
  }
  button('not-me', notMe, async (visitor, id) => {
    visitor.forgetTyped()
    const signIn = await visits.disown(id, visitor.phone)
    await visitor.remembered.forget(id, visitor.key)
    return signIn
  })

  const ofHandOff = ['hand_off_unknown', 'hand_off_over'] satisfies RefusalCode[]
  const cancel = {
    operationId: 'cancelHandOffByPhone',
    summary: 'Not today: what was asked for at the kiosk is cancelled',
    refusals: ofHandOff,
  }
  button('cancel-hand-off', cancel, async (visitor, id) => {
    const { signIn } = await flow.viewOfPhone(id, visitor.key)
    await handOffs.cancelByPhone(signIn).catch(error => visitor.unlessOver(error))
  })

  const coming = {
    operationId: 'comeByPhone',
    summary: 'On the way: the client that has called is told so',
    refusals: ofHandOff,
  }
  button('coming', coming, async (visitor, id) => {
    const { signIn } = await flow.viewOfPhone(id, visitor.key)
    await handOffs.coming(signIn).catch(error => visitor.unlessOver(error))
  })

  scope.post(
    '/s/:id/leave',
    {
      schema: {
        ...byPhone,
        operationId: 'leaveByPhone',
        refusals: [...ofForm, 'too_many'],
        summary:
          'The page was closed before the visitor had signed in; it may come back within 15 s',
        params: signInPath,
        response: { 204: Type.Null({ description: 'Noted.' }), ...misspelt },
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
        ...byPhone,
        operationId: 'deny',
        refusals: ofScan,
        consumes: forms,
        summary: 'Refuse: this is not me, or not here',
        params: signInPath,
        body: Type.Object({ receipt }, { title: 'DenyForm' }),
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
