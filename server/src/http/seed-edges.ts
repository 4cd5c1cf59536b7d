import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal, type RefusalCode } from '../errors.ts'
import { addCors, type CorsRules, openCorsHeaders } from './server/cors.ts'
import { askedLanguage } from './server/language.ts'
import { addressToGoTo } from './server/page-address.ts'
import { sentence } from './server/sentences.ts'
import { beginRefusal, type HttpServer, refuse } from './server/server.ts'

/*
 * What the seed's clients get where its routes end: `detail` in Korean unless English is asked for, 405
 * with `Allow` for other methods, 307 for a slash too many.
 */

/** The seed's routes, and which methods each takes. */
export const seedRoutes = {
  start: { url: '/api/qr/start', method: ['GET'] },
  auth: { url: '/api/qr/auth/:token', method: ['POST'] },
  // The seed's own front end adds accounts with GET.
  insert: { url: '/api/test/insert', method: ['GET', 'POST'] },
} satisfies Record<string, { url: string; method: ('GET' | 'POST')[] }>
export type SeedRoute = keyof typeof seedRoutes

/** False for our own API, which has one shape for all refusals, and gives nothing away to pages. */
export function isSeedPath({ url }: Pick<FastifyRequest, 'url'>): boolean {
  return !url.startsWith('/api/v1/')
}

/** The seed knows 401 for whatever is wrong with a token or a password, and says `detail`. */
export function answerDetail(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = beginRefusal(error, request, reply)
  // The seed takes a body of another type for one that lacks all that should be in it.
  const code = refusal.code === 'unsupported_media_type' ? 'malformed' : refusal.code
  const lang = askedLanguage(request.headers['accept-language']) ?? 'ko'
  reply.code(seedStatus(code, refusal.status)).send({ detail: sentence(code, lang), code })
}

function seedStatus(code: RefusalCode, status: number): number {
  if (code === 'malformed') return 422
  return [403, 404, 409, 410].includes(status) && code !== 'not_found' ? 401 : status
}

/** Refuses addresses that nobody can decode: where a token should be, they are no token of ours. */
export function seedUnrouted(allowedOrigins: readonly string[]) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    if (/^\/api\/qr\/(auth|ws)\//.test(request.url)) {
      reply.headers(openCorsHeaders({ allowedOrigins }, request.headers.origin))
      answerDetail(new Refusal('ticket_unknown'), request, reply)
    } else refuse(error, request, reply)
  }
}

/**
 * Answers below `/api/` where there is nothing, before any body is read.
 * @param scope of the prefix `/api`.
 * @param open the routes that are there.
 */
export async function addSeedEdges(
  scope: HttpServer,
  open: readonly SeedRoute[],
  cors: CorsRules,
): Promise<void> {
  const routes = open.map(name => {
    const { url, method } = seedRoutes[name]
    return { pattern: new RegExp(`^${url.replace(/:\w+/, '[^/]+')}$`), allow: method.join(', ') }
  })
  const at = (path: string) => routes.find(({ pattern }) => pattern.test(path))

  scope.setErrorHandler((error, request, reply) => {
    if (isSeedPath(request)) answerDetail(error, request, reply)
    else refuse(error, request, reply)
  })
  // Behind the handler, which its route for OPTIONS would not have otherwise.
  await addCors(scope, cors)
  scope.setNotFoundHandler(() => {
    throw new Refusal('not_found')
  })
  scope.addHook('onRequest', (request, reply, done) => {
    const [path = '', ...query] = request.url.split('?')
    const here = at(path)
    const withoutSlash = path.replace(/\/+$/, '')
    const page = addressToGoTo(request)
    if (page !== undefined) {
      reply.redirect(page, 307)
    } else if (here) {
      reply.header('allow', here.allow)
      done(new Refusal('http_method_not_allowed'))
    } else if (!request.ws && withoutSlash !== path && at(withoutSlash)) {
      // Without scheme and host: only the proxy in front of us knows how it is reached.
      reply
        .code(307)
        .header('location', [withoutSlash, ...query].join('?'))
        .send()
    } else done(new Refusal('not_found'))
  })
}
