import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Which pages of other origins may call the API. */
export interface CorsRules {
  /** Origins to the letter; `*` for any. */
  allowedOrigins: readonly string[]
  /**
   * True where a page may ask with credentials and with any header: where no cookie is read or set,
   * there is nothing that they could give away.
   */
  isOpenTo(request: Pick<FastifyRequest, 'url'>): boolean
}

const vary = { vary: 'Origin' }
const methods = ['GET', 'POST']
/** Seconds for which a browser remembers what it was told. */
const maxAge = 600
const closedHeaders = ['authorization', 'content-type']

/**
 * Lets pages of the allowed origins call what is added after it, and read refusals too (Fetch §3.3).
 * Scopes are told apart by whom it was added to; a scope of addresses that do not exist needs it as well.
 */
export function addCors(scope: FastifyInstance, rules: CorsRules): void {
  scope.addHook('onRequest', (request, reply, done) => {
    const preflight = preflightHeaders(rules, request)
    if (preflight) {
      reply.code(204).headers(preflight).send()
      return
    }
    reply.headers(corsHeaders(rules, request))
    done()
  })
  // Hooks see only what has a route.
  scope.options('*', { schema: { hide: true } }, (_request, reply) => reply.callNotFound())
}

/** What is asked, as far as these headers depend on it. */
type Asked = Pick<FastifyRequest, 'url'> & { headers: Pick<FastifyRequest['headers'], 'origin'> }

/** What an answer says, whether or not a hook sees it. */
export function corsHeaders(
  { allowedOrigins, isOpenTo }: CorsRules,
  asked: Asked,
): Record<string, string> {
  const { origin } = asked.headers
  if (origin === undefined || !mayRead(allowedOrigins, origin)) return vary
  const open = isOpenTo(asked)
  const any = !open && allowedOrigins.includes('*')
  return {
    ...vary,
    'access-control-allow-origin': any ? '*' : origin,
    ...(open && { 'access-control-allow-credentials': 'true' }),
    'access-control-expose-headers': 'retry-after',
  }
}

/** What a preflight is answered; undefined for what is none. */
export function preflightHeaders(
  rules: CorsRules,
  request: FastifyRequest,
): Record<string, string> | undefined {
  if (!isPreflight(request)) return undefined
  const asked = request.headers['access-control-request-headers']
  const allowed = rules.isOpenTo(request) ? asked : closedHeaders.join(', ')
  return {
    ...corsHeaders(rules, request),
    'access-control-allow-methods': methods.join(', '),
    ...(allowed !== undefined && { 'access-control-allow-headers': allowed }),
    'access-control-max-age': `${maxAge}`,
  }
}

/** Several of them in one header are none: no browser sends that. */
function mayRead(allowedOrigins: readonly string[], origin: string | undefined): boolean {
  if (origin === undefined || /[\s,]/.test(origin)) return false
  return allowedOrigins.includes('*') || allowedOrigins.includes(origin)
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  const named = headers['access-control-request-method'] !== undefined
  return method === 'OPTIONS' && headers.origin !== undefined && named
}
