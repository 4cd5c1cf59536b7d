import { parse as parseQuery } from 'node:querystring'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { isOutOfFiles, Refusal, type RefusalCode } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { requestLanguage } from './language.ts'
import { createLateCompilers, type TypesOfSchemas } from './late-compilers.ts'
import { meantAddress, wantsPage } from './page-address.ts'
import { answerClientError, guards, refusalBody, wasAnswered } from './refusal-reply.ts'
import { addRequestLog } from './request-log.ts'
import { watchSlowClients } from './slow-clients.ts'
import {
  asksForWebSocket,
  forgetHandshakes,
  refuseStrayUpgrades,
  routeUpgrades,
} from './upgrades.ts'

/** A Fastify that knows the types of its schemas. */
export type HttpServer = ReturnType<typeof createHttpServer>

/** Tickets stand in paths, and the longest kind is a JWT. */
const longestPathPart = 1024
/** Between two requests, and for the headers of one, in milliseconds. */
const keepAlive = 65_000
const headersTimeout = 10_000

/** Where nothing is, for a browser whose address cannot even be read: there it gets the page that says so. */
const nowhere = '/not-found'

/** Answers with a refusal. */
export type Refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void

/** How is answered what no hook sees. */
export interface Unseen {
  /** Addresses that nobody can decode, or that are too long for any route. */
  refuseUnrouted: Refuse
  /** More headers for what is no request. @param packet what has come last. */
  headersFor(packet: Buffer): Record<string, string>
}

/**
 * What stands behind a `?` or in a form. What is no escape stays as it is and what is no UTF-8 becomes
 * U+FFFD, each by itself: one bad percent sign must not leave a whole value undecoded.
 */
const readFields = (text: string) => parseQuery(text, '&', '=', { maxKeys: 0 })

/** The bare server: limits, time-outs, and how refusals are answered. It holds no routes. */
export function createHttpServer(
  logger: Logger,
  trustedProxies: readonly string[],
  { refuseUnrouted, headersFor }: Unseen = { refuseUnrouted: refuse, headersFor: () => ({}) },
) {
  const schemas = createLateCompilers()
  const server = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    schemaController: schemas.controller,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // The default line would log addresses, and some addresses hold tickets.
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request would cost more than starting a sign-in does.
    childLoggerFactory: parent => parent,
    bodyLimit: 16_384,
    connectionTimeout: 30_000,
    requestTimeout: 15_000,
    keepAliveTimeout: keepAlive,
    maxRequestsPerSocket: 10_000,
    // The two time-outs above and here are looked at only so often; Node's default is 30 s.
    http: {
      maxHeaderSize: 16_384,
      headersTimeout,
      connectionsCheckingInterval: 1_000,
      // It would see only that there is none, and answer in a shape of its own.
      requireHostHeader: false,
      shouldUpgradeCallback: asksForWebSocket,
    },
    routerOptions: { maxParamLength: longestPathPart, querystringParser: readFields },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: (error, socket) => answerClientError(error, socket, headersFor),
    frameworkErrors: (error, request, reply) => {
      // No hook sees this request, so if it is an upgrade nobody else would ever end its connection.
      if (asksForWebSocket(request.raw)) {
        reply.header('connection', 'close')
        reply.raw.once('finish', () => request.raw.socket.destroySoon())
      }
      reply.headers(guards)
      // No hook has seen it, so no page can be made of it here.
      if (wantsPage(request)) reply.redirect(meantAddress(request.url) ?? nowhere, 303)
      else refuseUnrouted(error, request, reply)
    },
  }).withTypeProvider<TypesOfSchemas>()

  // Cookies are read where they are asked for, see readCookies.
  server.register(cookie, { hook: false })
  server.register(formbody, { bodyLimit: 16_384, parser: readFields })

  server.decorateReply('refusal')
  server.addHook('onListen', () => schemas.compileAll())
  server.setErrorHandler(refuse)
  // A gate that stood still finds time-outs over whose requests have just come whole: whoever was told 408
  // must not see it take effect.
  server.addHook('preHandler', (request, _reply, done) => {
    done(wasAnswered(request.raw.socket) ? new Refusal('request_timeout') : undefined)
  })

  addRequestLog(server, logger)

  // Node would refuse what it does not know with a bare 417; nobody has to keep to it (RFC 9110 §10.1.1).
  server.server.on('checkExpectation', (request, answer) => {
    server.server.emit('request', request, answer)
  })
  routeUpgrades(server)
  refuseStrayUpgrades(server)
  forgetHandshakes(server)

  let closing = false
  const cutSlowClients = watchSlowClients(server.server, keepAlive + headersTimeout)
  server.addHook('preClose', async () => {
    closing = true
    cutSlowClients()
    // A connection may fall idle only after the one sweep that Node makes, and would then be waited
    // for until its keep-alive is over.
    const sweep = setInterval(() => server.server.closeIdleConnections(), 100)
    server.server.once('close', () => clearInterval(sweep))
  })
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    done(null, payload)
  })

  return server
}

/** Answers in the one shape of refusals; scopes may have shapes of their own. */
export function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = beginRefusal(error, request, reply)
  reply.send(refusalBody(refusal, requestLanguage(request)))
}

/** What may have been said already of an answer that then could not be given. */
const ofContent = ['content-type', 'content-encoding', 'content-length', 'etag']

/** Status, headers and log line of a refusal; the caller sends the body. */
export function beginRefusal(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Refusal {
  const refusal = refusalOf(error)
  reply.refusal = refusal
  for (const name of ofContent) reply.removeHeader(name)
  // Said here, too: of some refusals no hook hears, and a file's own word is to be kept for a year.
  reply.header('cache-control', 'no-store')
  if (refusal.code === 'internal') request.log.error({ err: error }, 'unexpected error')
  if (refusal.status === 503) tellWhy(refusal, request)
  if (refusal.retryAfter !== undefined) reply.header('retry-after', refusal.retryAfter)
  reply.code(refusal.status)
  return refusal
}

/** When each reason was last told, by `performance.now()`: a line a second at most for each of them. */
const toldAt = new Map<string, number>()

/** Nobody but the log learns why there is no service. */
function tellWhy({ code, message }: Refusal, { log, method, routeOptions }: FastifyRequest): void {
  const now = performance.now()
  if (now - (toldAt.get(code) ?? Number.NEGATIVE_INFINITY) < 1_000) return
  toldAt.set(code, now)
  log.warn({ code, method, route: routeOptions.url }, `no service: ${message}`)
}

const codeOfStatus: Record<number, RefusalCode> = {
  404: 'not_found',
  408: 'request_timeout',
  413: 'too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  431: 'headers_too_large',
}

/** Whatever was thrown, as one of our refusals. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (isOutOfFiles(error)) return new Refusal('busy', (error as Error).message)
  const { statusCode = 500, message } = error as Partial<FastifyError>
  if (statusCode >= 500) return new Refusal('internal', message)
  return new Refusal(codeOfStatus[statusCode] ?? 'malformed', message)
}

declare module 'fastify' {
  interface FastifyReply {
    /** What this answer refuses. */
    refusal?: Refusal
  }
}
