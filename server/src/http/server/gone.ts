import type { FastifyReply } from 'fastify'

/** Aborts when whoever asked has hung up. */
export function goneWith(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}
