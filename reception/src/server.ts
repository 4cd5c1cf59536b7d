import { fileURLToPath } from 'node:url'
import cookie from '@fastify/cookie'
import files from '@fastify/static'
import fastify, {
  type FastifyBaseLogger,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { Refused } from './arrivals.ts'
import { type DeskParts, deskApi } from './desk-api.ts'
import type { Live } from './live.ts'
import { DatabaseTrouble, type TroubleKind, troubles } from './trouble.ts'
import { type Receiving, receive, verified } from './webhook.ts'
import type { ReceptionRefused } from './wire.ts'

export type ServerParts = DeskParts &
  Receiving & {
    live: Record<'desk' | 'board', Live>
    webhookSecrets: readonly string[]
    /** Why the database cannot do its work now. */
    trouble(): TroubleKind | null
    /** Whether the gate does not answer. */
    isAway(): boolean
    logger: FastifyBaseLogger
  }

const pages = fileURLToPath(new URL('../public', import.meta.url))
/** The gate's own messages are smaller. */
const bodyLimit = 65_536
/** As the gate has it, in milliseconds. */
const requestTimeout = 15_000

const headers = new Map(
  Object.entries({
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types lit-html",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  }),
)

const statuses: Record<ReceptionRefused['code'], number> = {
  malformed: 422,
  not_found: 404,
  no_desk: 401,
  link_used: 401,
  other_site: 403,
  taken: 409,
  undo_late: 409,
  busy: 503,
  storage_busy: 503,
  internal: 500,
}

/** Everything that reception answers: pages, what they show and do, and the gate's webhooks. */
export function createServer(parts: ServerParts) {
  const app = fastify({
    loggerInstance: parts.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    // Fastify's own has no limit: whoever never ends a request would hold a connection for ever.
    requestTimeout,
    // "false" is no answer to whether a service is closed.
    ajv: { customOptions: { coerceTypes: false } },
    // Of an address that cannot be read; no hook has seen it.
    frameworkErrors(error, request, reply) {
      reply.raw.setHeaders(headers)
      refuse(error, request, reply as FastifyReply)
    },
  })
  app.register(cookie)
  // By Node's own, so that streams have them too.
  app.addHook('onRequest', async (_request, reply) => void reply.raw.setHeaders(headers))
  app.addHook('onResponse', async (req, res) => req.log.debug({ req, res }, 'request completed'))
  app.setNotFoundHandler((request, reply) => {
    if (!wantsPage(request.headers)) {
      throw new Refused('not_found', 'There is nothing at this address.')
    }
    const meant = pageMeant(request.url, parts.base)
    if (meant !== undefined) return reply.redirect(meant)
    return reply.code(404).type('text/html; charset=utf-8').send(nothingHere(parts.base))
  })
  app.setErrorHandler(refuse)

  const all: FastifyPluginAsync = async server => {
    await server.register(files, {
      root: `${pages}/assets`,
      prefix: '/assets/',
      immutable: true,
      maxAge: '1y',
    })
    for (const page of pageNames) {
      server.get(`/${page}`, (_request, reply) =>
        reply.sendFile(`${page}.html`, pages, { immutable: false, maxAge: 0 }),
      )
    }
    server.get('/', (_request, reply) => reply.redirect(`${parts.base}/desk`))
    server.get('/healthz', () => ({ status: 'ok' }))
    server.get('/readyz', (_request, reply) => {
      const { status, ...answer } = readiness(parts)
      return reply.code(status === 'not_ready' ? 503 : 200).send({ status, ...answer })
    })
    server.get('/board/live', { exposeHeadRoute: false }, (_request, reply) => {
      parts.live.board.add(reply.raw)
      reply.hijack()
    })
    await server.register(deskApi(parts))
    await server.register(webhooks(parts))
  }
  app.register(all, { prefix: parts.base })
  return app
}

/** As the gate's: whether visitors should be sent here, and which part is in trouble. */
function readiness({ trouble, isAway }: Pick<ServerParts, 'trouble' | 'isAway'>) {
  const kind = trouble()
  const isGateAway = isAway()
  const part = (reason: string | false) =>
    reason ? { status: 'degraded', reason } : { status: 'ok' }
  return {
    status: kind ? 'not_ready' : isGateAway ? 'degraded' : 'ready',
    parts: {
      database: part(kind !== null && `the database: ${troubles[kind]}`),
      gate: part(
        isGateAway && 'the gate is away, or refuses (the log says which); phones are told later',
      ),
    },
  }
}

const pageNames = ['desk', 'board', 'day']

/** A browser that shows a page, by what it takes or by what it says that it is for (Fetch Metadata). */
function wantsPage({ accept = '', 'sec-fetch-dest': dest }: FastifyRequest['headers']): boolean {
  return /text\/html|application\/xhtml/.test(accept) || /^(?:document|i?frame)$/.test(`${dest}`)
}

/** The page that somebody has typed: capitals, doubled slashes and whatever surrounds it do not matter. */
function pageMeant(url: string, base: string): string | undefined {
  const [path = '', query] = url.split(/(?=\?)/, 2)
  const parts = decoded(path)
    .normalize('NFKC')
    .toLowerCase()
    .split('/')
    .map(part => part.replace(/^[^\w-]+|[^\w-]+$|(?:^index)?\.html?[^\w-]*$/g, ''))
  const typed = `/${parts.filter(Boolean).join('/')}`
  const page = pageNames.find(name => typed === `${base}/${name}`)
  if (page === undefined && (typed !== (base || '/') || path === typed)) return undefined
  return `${base}/${page ?? 'desk'}${query ?? ''}`
}

/** As it is where it cannot be read (RFC 3986 §2.1). */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** For people who have mistyped an address. */
function nothingHere(base: string): string {
  const links = pageNames.map(name => `<li><a href="${base}/${name}">${base}/${name}</a></li>`)
  return `<!doctype html>
<html lang="ko">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>페이지를 찾을 수 없습니다</title>
<h1>페이지를 찾을 수 없습니다 <span lang="en">Page not found</span></h1>
<ul>${links.join('')}</ul>
</html>
`
}

function refuse(
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
) {
  // Why, the log has; it is nothing for strangers.
  if (error instanceof DatabaseTrouble) {
    const message = 'Nothing can be stored right now.'
    const answer = reply.code(503).headers({ 'cache-control': 'no-store', 'retry-after': '1' })
    return answer.send({ code: 'storage_busy', message })
  }
  const isTheirs = (error.statusCode ?? 500) < 500
  const code = error instanceof Refused ? error.code : isTheirs ? 'malformed' : 'internal'
  if (code === 'internal') request.log.error({ err: error }, 'reception has a fault')
  const message = code === 'internal' ? 'Something went wrong here.' : error.message
  return reply.code(statuses[code]).header('cache-control', 'no-store').send({ code, message })
}

function webhooks(parts: ServerParts): FastifyPluginAsync {
  return async server => {
    // A signature holds for the bytes as they came.
    server.removeAllContentTypeParsers()
    server.addContentTypeParser(
      '*',
      { parseAs: 'buffer' },
      (_request: unknown, body: Buffer, done: (error: null, body: Buffer) => void) =>
        done(null, body),
    )
    server.post('/webhook', async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const message = verified(parts.webhookSecrets, body, request.headers)
      if (!message)
        return reply.code(401).send({ code: 'unsigned', message: 'This is not signed.' })
      return receive(parts, message, String(request.headers['webhook-id']))
    })
  }
}
