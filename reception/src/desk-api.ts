import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { type Access, sessionLasts } from './access.ts'
import { Refused } from './arrivals.ts'
import type { Live } from './live.ts'
import type { Queue } from './queue.ts'
import { daySummary, summaryCsv } from './summary.ts'
import { arrivalView, type Seen } from './views.ts'
import type { ActionAnswer, DeskActions } from './wire.ts'

export interface DeskParts {
  queue: Pick<Queue, 'act'>
  access: Access
  live: Record<'desk', Live>
  /** @param day another one than today. */
  seen(day?: string): Seen
  /** Tells the gate what is open now. */
  offer(): void
  base: string
  /** Whether pages are reached by https. */
  isSecure: boolean
  clock: () => number
}

const cookieName = 'qrgate-desk'
const uuid = Type.String({ format: 'uuid' })
const id = Type.String({ minLength: 1, maxLength: 64 })
const name = Type.Optional(Type.String({ maxLength: 80 }))
const actions = {
  call: Type.Object({ desk: id, arrival: uuid }),
  recall: Type.Object({ arrival: uuid }),
  end: Type.Object({ arrival: uuid, as: Type.Enum(['done', 'no_show']) }),
  back: Type.Object({ arrival: uuid }),
  pass: Type.Object({ arrival: uuid, service: id }),
  'walk-in': Type.Object({ id: uuid, service: id, name }),
  'staff-call': Type.Object({ id }),
  service: Type.Object({ service: id, closed: Type.Boolean() }),
  undo: Type.Object({ undo: uuid }),
}
const ofDay = Type.Object({ day: Type.Optional(Type.String({ format: 'date' })) })
const noStore = { 'cache-control': 'no-store' }

/** All that shows names or changes anything: for browsers that a desk's link has opened. */
export function deskApi(parts: DeskParts): FastifyPluginAsyncTypebox {
  const { access, base, clock } = parts

  const openUntil = (request: FastifyRequest) => access.openUntil(request.cookies[cookieName])

  async function requireDesk(request: FastifyRequest): Promise<void> {
    if ((await openUntil(request)) === undefined)
      throw new Refused('no_desk', 'This browser was not opened by a desk’s link.')
  }
  /** Another site's page may not act here with this browser's cookie (ASVS 3.5.1). */
  async function requireOwnPage({ headers, method }: FastifyRequest): Promise<void> {
    if (method === 'GET' || method === 'HEAD' || isOwnPage(headers)) return
    throw new Refused('other_site', 'This is only for reception’s own pages.')
  }

  const opening: FastifyPluginAsyncTypebox = async server => {
    const link = { body: Type.Object({ link: Type.String({ maxLength: 100 }) }) }
    server.post('/desk/session', { schema: link }, async (request, reply) => {
      const secret = await access.openBy(request.body.link)
      if (secret === undefined) throw new Refused('link_used', 'This link was used, or is too old.')
      reply.setCookie(cookieName, secret, {
        path: `${base}/`,
        httpOnly: true,
        sameSite: 'strict',
        secure: parts.isSecure,
        maxAge: sessionLasts / 1_000,
      })
      return reply.code(204).headers(noStore).send()
    })
  }

  const opened: FastifyPluginAsyncTypebox = async server => {
    // Before a body is read, and for every route that is ever added below.
    server.addHook('onRequest', requireDesk)
    server.get('/desk/session', (_request, reply) => reply.code(204).headers(noStore).send())
    server.get('/desk/live', { exposeHeadRoute: false }, async (request, reply) => {
      parts.live.desk.add(reply.raw, (await openUntil(request)) ?? 0)
      reply.hijack()
    })
    for (const [action, body] of Object.entries(actions)) {
      server.post(`/desk/${action}`, { schema: { body } }, async (request, reply) => {
        const done = await parts.queue.act(action as keyof DeskActions, request.body as never)
        if (action === 'service' || action === 'undo') parts.offer()
        const { arrival, undo } = done
        const answer: ActionAnswer = {
          ...(arrival && { arrival: arrivalView(arrival, undefined) }),
          ...(undo !== undefined && { undo }),
        }
        return reply.headers(noStore).send(answer)
      })
    }
    server.get('/day/summary', { schema: { querystring: ofDay } }, async (request, reply) => {
      const summary = await daySummary(parts.seen(request.query.day))
      return reply.headers(noStore).send({ ...summary, now: clock() })
    })
    server.get('/day/summary.csv', { schema: { querystring: ofDay } }, async (request, reply) => {
      const summary = await daySummary(parts.seen(request.query.day))
      return reply
        .headers({ ...noStore, 'content-type': 'text/csv; charset=utf-8' })
        .header('content-disposition', `attachment; filename="reception-${summary.day}.csv"`)
        .send(summaryCsv(summary))
    })
  }

  return async server => {
    server.addHook('onRequest', requireOwnPage)
    await server.register(opening)
    await server.register(opened)
  }
}

/** What the browser says itself decides; on plain http it says nothing, and `Origin` must be ours. */
function isOwnPage({ origin = '', host, 'sec-fetch-site': site }: FastifyRequest['headers']) {
  if (site !== undefined) return site === 'same-origin'
  return URL.canParse(origin) && new URL(origin).host === host
}
