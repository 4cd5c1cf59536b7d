import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../errors.ts'

/**
 * True when one of our own pages sent this. Browsers on plain http leave `Sec-Fetch-Site` out, so
 * `Origin` must always be there and ours (ASVS 3.5.1).
 */
export function isSameOrigin(request: FastifyRequest, publicUrl: string): boolean {
  const site = request.headers['sec-fetch-site']
  return (site === undefined || site === 'same-origin') && request.headers.origin === publicUrl
}

/** Every request that a cookie speaks for passes here. @throws Refusal `cross_site`. */
export function requireSameOrigin(request: FastifyRequest, publicUrl: string): void {
  if (!isSameOrigin(request, publicUrl)) throw new Refusal('cross_site')
}
