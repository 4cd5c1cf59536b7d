import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, preHandlerHookHandler } from 'fastify'
import { Refusal } from '../../errors.ts'

/** For a route that is a WebSocket at an address that plain requests have too. */
export const asWebSocket = { upgrade: 'websocket' }

type Strategy = Parameters<FastifyInstance['addConstraintStrategy']>[0]
type Route = Parameters<ReturnType<Strategy['storage']>['set']>[1]

/**
 * Whether this is an upgrade to what we speak. Some programs ask for HTTP/2 in every request, as Java's
 * own client does; what we do not speak is passed over, and they are answered (RFC 9110 §7.8).
 */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  const asked = /(^|[\s,])upgrade([\s,]|$)/i.test(headers.connection ?? '')
  return asked && /(^|[\s,])websocket([\s,/]|$)/i.test(headers.upgrade ?? '')
}

/** Lets one address have two routes: one for upgrades (RFC 6455 §4.2.1), one for all else. */
export function routeUpgrades(server: FastifyInstance): void {
  server.addConstraintStrategy({
    name: 'upgrade',
    storage: () => {
      const routes = new Map<unknown, Route>()
      return {
        get: kind => routes.get(kind) ?? null,
        set: (kind, route) => routes.set(kind, route),
      }
    },
    deriveConstraint: request => (asksForWebSocket(request) ? 'websocket' : undefined),
  })
}

/**
 * A socket stays for months. Without this it would keep the answer that its handshake never had, and by
 * that the request and the reply, in memory: more than all that a waiting kiosk needs itself. The plugin
 * holds the last thread, see `admit` of the sockets' limits.
 */
export function forgetHandshakes(server: FastifyInstance): void {
  server.addHook('onRoute', route => {
    if (!route.websocket) return
    // Last of all: whatever refuses before is answered over this very connection.
    route.preHandler = [route.preHandler ?? [], leaveHandshake].flat()
  })
}

const leaveHandshake: preHandlerHookHandler = ({ ws, raw }, reply, done) => {
  if (ws) reply.raw.detachSocket(raw.socket)
  done()
}

/**
 * The WebSocket plugin lets an upgrade in at every address; where there is no socket it closes
 * the connection and logs the address, which may hold a ticket.
 */
export function refuseStrayUpgrades(server: FastifyInstance): void {
  const sockets = new Set<string>()
  server.addHook('onRoute', ({ url, websocket }) => {
    if (websocket) sockets.add(url)
  })
  // Before any body is read: after an upgrade none will come.
  server.addHook('preParsing', ({ ws, method, routeOptions }, _reply, payload, done) => {
    const stray = ws && !(method === 'GET' && sockets.has(routeOptions.url ?? ''))
    done(stray ? new Refusal('not_found') : null, payload)
  })
}
