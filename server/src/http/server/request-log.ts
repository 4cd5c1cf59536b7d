import type { FastifyInstance } from 'fastify'
import { type Logger, rawLines } from '../../logger.ts'

const isHealth = new Set(['/healthz', '/readyz'])

/** A line for each answer: method, route, status and milliseconds. */
export function addRequestLog(server: Pick<FastifyInstance, 'addHook'>, logger: Logger): void {
  // It holds no more than these fields, so nothing has to be looked for and cut out: that would cost as much
  // as a start does.
  const write = rawLines(logger)
  // A hook that calls back: a promise for each of them would cost as much again.
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    const { url: route } = routeOptions
    // Asked every few seconds, whether all is well would be most of the log.
    const level = isHealth.has(route ?? '') ? 'debug' : 'info'
    const ms = Math.round(reply.elapsedTime * 10) / 10
    const at = route === undefined ? '' : `"route":${JSON.stringify(route)},`
    write(
      level,
      `"method":"${method}",${at}"status":${reply.statusCode},"ms":${ms},"msg":"request"`,
    )
    done()
  })
}
