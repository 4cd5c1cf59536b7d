import type { FastifyRequest } from 'fastify'

/** What an `Authorization: Bearer` header carries (RFC 6750 §2.1). */
export function bearer(request: FastifyRequest): string | undefined {
  const [scheme, value] = request.headers.authorization?.split(' ') ?? []
  return scheme?.toLowerCase() === 'bearer' && value ? value : undefined
}
