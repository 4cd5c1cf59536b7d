import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '../../errors.ts'
import type { HttpServer } from '../server/server.ts'

/** An account to try the demo with, and its password. */
export interface ReadyVisitor {
  account: string
  password: string
}

export interface DemoParts {
  visitors: readonly ReadyVisitor[]
  /** Answers everything at and below `/reception`; undefined where there is no reception. */
  reception: { handle(request: IncomingMessage, response: ServerResponse): void } | undefined
}

/** What a demo that has more than pages answers: somebody to sign in as, and reception. */
export function addDemo(server: HttpServer, { visitors, reception }: DemoParts): void {
  let next = 0
  server.get('/demo/visitor', { schema: { hide: true } }, (_request, reply) => {
    const visitor = visitors[next % visitors.length]
    if (!visitor) throw new Refusal('not_found')
    next += 1
    return reply.send(visitor)
  })

  if (!reception) return
  for (const url of ['/reception', '/reception/*']) {
    server.all(url, {
      schema: { hide: true },
      // Before the gate reads the body: that is reception's, and so are all headers of the answer.
      onRequest: (request, reply, done) => {
        // Nobody there would ever end such a connection.
        if (request.ws) {
          done(new Refusal('not_found'))
          return
        }
        reply.hijack()
        reception.handle(request.raw, reply.raw)
      },
      handler: () => {},
    })
  }
}
