import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Refusal, type RefusalCode, statusOf } from '../errors.ts'
import { addCors, type CorsRules, corsHeaders, preflightHeaders } from './server/cors.ts'
import { askedLanguage } from './server/language.ts'
import { addressToGoTo } from './server/page-address.ts'
import { byStatus, type RefusalShape } from './server/refusal-answers.ts'
import { sentence } from './server/sentences.ts'
import { beginRefusal, type HttpServer, type Refuse, refuse, type Unseen } from './server/server.ts'
import { asksForWebSocket } from './server/upgrades.ts'

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
  return !/^\/+api\/+v1\//i.test(url)
}

/** Of the API, however it is spelt: to a slash too many and to capitals programs listen in vain. */
const isOfApi = (url: string) => /^\/+api(?:[/?]|$)/i.test(url)

/** The seed knows 401 for whatever is wrong with a token or a password, and says `detail`. */
export function answerDetail(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = beginRefusal(error, request, reply)
  // The seed takes a body of another type for one that lacks all that should be in it.
  const code = refusal.code === 'unsupported_media_type' ? 'malformed' : refusal.code
  sendDetail(code, seedStatus(code), request, reply)
}

const detail = Type.Object(
  { detail: Type.String(), code: Type.String() },
  { title: 'Detail', description: "A refusal as the seed's clients read it." },
)

/** How the API's document tells of what {@link answerDetail} answers. */
export const asDetail: RefusalShape = {
  schema: detail,
  page: false,
  // What says not for which host it is was refused before.
  answered: codes => byStatus(codes, seedStatus).set(400, ['malformed']),
}

function sendDetail(
  code: RefusalCode,
  status: number,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): void {
  const lang = askedLanguage(headers['accept-language']) ?? 'ko'
  reply.code(status).send({ detail: sentence(code, lang), code })
}

function seedStatus(code: RefusalCode): number {
  const status = statusOf[code]
  if (code === 'malformed') return 422
  return [403, 404, 409, 410].includes(status) && code !== 'not_found' ? 401 : status
}

/** What ends where no route is. */
export interface SeedEdges extends Unseen {
  /** Answers below `/api/`, before any body is read. @param scope of the prefix `/api`. */
  add(scope: HttpServer): Promise<void>
  /** Answers where `/api` is spelt otherwise. To be called before any scope. */
  addMisspelt(server: HttpServer): void
  /** Refuses before any scope is asked, with the status as it is. */
  refuseFirst: Refuse
}

/** @param open the routes that are there. */
export function createSeedEdges(open: readonly SeedRoute[], cors: CorsRules): SeedEdges {
  const routes = open.map(name => {
    const { url, method } = seedRoutes[name]
    const pattern = new RegExp(`^${url.replace(/:\w+/, '[^/]+')}$`)
    return { pattern, methods: method as string[], allow: method.join(', ') }
  })
  const at = (path: string) => routes.find(({ pattern }) => pattern.test(path))
  const hasSocket = open.includes('auth')

  /** Undefined where it was answered. */
  const refusalAt = (request: FastifyRequest, reply: FastifyReply): Refusal | undefined => {
    const [path = '', ...query] = request.url.split('?')
    const here = at(path)
    // People who open what they have half typed.
    const page = addressToGoTo(request)
    if (page !== undefined) {
      reply.redirect(page, 307)
      return undefined
    }
    // It came here because nobody can decode its token, or could have made one of that length.
    if (here?.methods.includes(request.method)) return new Refusal('ticket_unknown')
    if (here) {
      reply.header('allow', here.allow)
      return new Refusal('http_method_not_allowed')
    }
    const isUpgrade = asksForWebSocket(request.raw)
    const isSocket = hasSocket && /^\/api\/qr\/ws\/loading\/[^/]+$/.test(path)
    if (isSocket && isUpgrade && request.method === 'GET') return new Refusal('ticket_unknown')
    const withoutSlash = path.replace(/\/+$/, '')
    if (isUpgrade || withoutSlash === path || !at(withoutSlash)) return new Refusal('not_found')
    // Without scheme and host: only the proxy in front of us knows how it is reached.
    const location = [withoutSlash, ...query].join('?')
    reply.code(307).header('location', location).send()
    return undefined
  }

  const refuseUnrouted: Refuse = (error, request, reply) => {
    if (!isOfApi(request.url)) return refuse(error, request, reply)
    const preflight = preflightHeaders(cors, request)
    if (preflight) {
      reply.code(204).headers(preflight).send()
      return
    }
    reply.headers(corsHeaders(cors, request))
    if (!isSeedPath(request)) return refuse(error, request, reply)
    const refusal = refusalAt(request, reply)
    if (refusal) answerDetail(refusal, request, reply)
  }

  return {
    refuseUnrouted,

    headersFor(packet) {
      const head = packet.toString('latin1')
      const [, url = ''] = /^[A-Z]+ (\S+)/.exec(head) ?? []
      const [, origin] = /^origin:[ \t]*([\x21-\x7e]+)[ \t]*\r?$/im.exec(head) ?? []
      return isOfApi(url) ? corsHeaders(cors, { url, headers: { origin } }) : {}
    },

    refuseFirst(error, request, reply) {
      if (!isOfApi(request.url)) return refuse(error, request, reply)
      reply.headers(corsHeaders(cors, request))
      if (!isSeedPath(request)) return refuse(error, request, reply)
      const { code, status } = beginRefusal(error, request, reply)
      sendDetail(code, status, request, reply)
    },

    addMisspelt(server) {
      server.addHook('onRequest', (request, reply, done) => {
        const isMisspelt = request.is404 && isOfApi(request.url) && !/^\/api\b/.test(request.url)
        if (isMisspelt) refuseUnrouted(new Refusal('not_found'), request, reply)
        else done()
      })
    },

    async add(scope) {
      scope.setErrorHandler((error, request, reply) => {
        if (isSeedPath(request)) answerDetail(error, request, reply)
        else refuse(error, request, reply)
      })
      // Behind the handler, which its route for OPTIONS would not have otherwise.
      addCors(scope, cors)
      scope.setNotFoundHandler(() => {
        throw new Refusal('not_found')
      })
      scope.addHook('onRequest', (request, reply, done) => {
        const refusal = refusalAt(request, reply)
        if (refusal) done(refusal)
      })
    },
  }
}
