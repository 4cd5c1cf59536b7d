import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

const isHealth = new Set(['/healthz', '/readyz'])

/** A line for each answer: method, route, status and milliseconds. */
export function addRequestLog(
  server: Pick<FastifyInstance, 'addHook'>,
  logger: FastifyBaseLogger,
): void {
  // It holds no more than these fields, so nothing has to be looked for and cut out: that would cost as much
  // as a start does.
  const lines = logger.child({}, { redact: [] })
  // A hook that calls back: a promise for each of them would cost as much again.
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    const ms = Math.round(reply.elapsedTime * 10) / 10
    const line = { method, route: routeOptions.url, status: reply.statusCode, ms }
    // Asked every few seconds, whether all is well would be most of the log.
    if (isHealth.has(line.route ?? '')) lines.debug(line, 'request')
    else lines.info(line, 'request')
    done()
  })
}
