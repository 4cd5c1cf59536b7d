import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../errors.ts'

/**
 * True when one of our own pages sent this (ASVS 3.5.1).
 *
 * Where the browser says so itself, its `Sec-Fetch-Site` decides: no page can set it, and a proxy that
 * adds a stricter referrer policy turns `Origin` into `null`. Browsers leave it out on plain http, where
 * `Origin` must be there and ours.
 */
export function isSameOrigin(request: FastifyRequest, publicUrl: string): boolean {
  const site = request.headers['sec-fetch-site']
  return site === undefined ? request.headers.origin === publicUrl : site === 'same-origin'
}

/** Every request that a cookie speaks for passes here. @throws Refusal `cross_site`. */
export function requireSameOrigin(request: FastifyRequest, publicUrl: string): void {
  if (!isSameOrigin(request, publicUrl)) throw new Refusal('cross_site')
}

/** True when a page in a browser sent this, as far as one can see: programs send neither header. */
export function isOfPage({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] !== undefined || headers.referer !== undefined
}
