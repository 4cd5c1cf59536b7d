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

  /** Of a browser that a desk's link has opened. */
  async function requireDesk(request: FastifyRequest): Promise<number> {
    const until = await access.openUntil(request.cookies[cookieName])
    if (until === undefined)
      throw new Refused('no_desk', 'This browser was not opened by a desk’s link.')
    return until
  }
  /** Another site's page may not act here with this browser's cookie (ASVS 3.5.1). */
  async function requireOwnPage({ headers }: FastifyRequest): Promise<void> {
    const { origin = '', host } = headers
    if (!URL.canParse(origin) || new URL(origin).host !== host) {
      throw new Refused('other_site', 'This is only for reception’s own pages.')
    }
  }

  return async server => {
    const link = { body: Type.Object({ link: Type.String({ maxLength: 100 }) }) }
    server.post(
      '/desk/session',
      { schema: link, preHandler: requireOwnPage },
      async (request, reply) => {
        const secret = await access.openBy(request.body.link)
        if (secret === undefined)
          throw new Refused('link_used', 'This link was used, or is too old.')
        reply.setCookie(cookieName, secret, {
          path: `${base}/`,
          httpOnly: true,
          sameSite: 'strict',
          secure: parts.isSecure,
          maxAge: sessionLasts / 1_000,
        })
        return reply.code(204).headers(noStore).send()
      },
    )
    server.get('/desk/session', async (request, reply) => {
      await requireDesk(request)
      return reply.code(204).headers(noStore).send()
    })
    server.get('/desk/live', async (request, reply) => {
      const until = await requireDesk(request)
      reply.hijack()
      await parts.live.desk.add(reply.raw, until)
    })
    for (const [action, body] of Object.entries(actions)) {
      server.post(
        `/desk/${action}`,
        { schema: { body }, preHandler: requireOwnPage },
        async (request, reply) => {
          const done = await parts.queue.act(action as keyof DeskActions, request.body as never)
          if (action === 'service' || action === 'undo') parts.offer()
          const { arrival, undo } = done
          const answer: ActionAnswer = {
            ...(arrival && { arrival: arrivalView(arrival, undefined) }),
            ...(undo !== undefined && { undo }),
          }
          return reply.headers(noStore).send(answer)
        },
      )
    }

    server.get('/day/summary', { schema: { querystring: ofDay } }, async (request, reply) => {
      await requireDesk(request)
      const summary = await daySummary(parts.seen(request.query.day))
      return reply.headers(noStore).send({ ...summary, now: clock() })
    })
    server.get('/day/summary.csv', { schema: { querystring: ofDay } }, async (request, reply) => {
      await requireDesk(request)
      const summary = await daySummary(parts.seen(request.query.day))
      return reply
        .headers({ ...noStore, 'content-type': 'text/csv; charset=utf-8' })
        .header('content-disposition', `attachment; filename="reception-${summary.day}.csv"`)
        .send(summaryCsv(summary))
    })
  }
}
