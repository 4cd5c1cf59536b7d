import cors, { type FastifyCorsOptions } from '@fastify/cors'
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

const methods = ['GET', 'POST']
/** Seconds for which a browser remembers what it was told. */
const maxAge = 600
const closedHeaders = ['authorization', 'content-type']

/**
 * Lets pages of the allowed origins call what is added after it, and read refusals too (Fetch §3.3).
 * Scopes are told apart by whom it was added to; a scope of addresses that do not exist needs it as well.
 */
export async function addCors(scope: FastifyInstance, rules: CorsRules): Promise<void> {
  const { allowedOrigins, isOpenTo } = rules
  const common = {
    methods,
    exposedHeaders: ['retry-after'],
    maxAge,
    strictPreflight: false,
  } satisfies FastifyCorsOptions
  const closed: FastifyCorsOptions = {
    ...common,
    origin: allowedOrigins.includes('*') ? '*' : [...allowedOrigins],
    credentials: false,
    allowedHeaders: closedHeaders,
  }
  const open = (request: FastifyRequest): FastifyCorsOptions => {
    const allowed = mayRead(allowedOrigins, request.headers.origin)
    // No browser takes `*` together with credentials, so the origin is said; whatever headers it asks for too.
    return {
      ...common,
      origin: allowed ? true : [],
      credentials: allowed,
      preflight: isPreflight(request),
    }
  }
  await scope.register(cors, {
    delegator: (request: FastifyRequest, done: Answered) => {
      done(null, isOpenTo(request) ? open(request) : closed)
    },
  })
}

type Answered = (error: Error | null, options: FastifyCorsOptions) => void

/** What is asked, as far as these headers depend on it. */
type Asked = Pick<FastifyRequest, 'url'> & { headers: Pick<FastifyRequest['headers'], 'origin'> }

/** The same for an answer that no hook sees. */
export function corsHeaders(
  { allowedOrigins, isOpenTo }: CorsRules,
  asked: Asked,
): Record<string, string> {
  const { origin } = asked.headers
  const vary = { vary: 'Origin' }
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

/** And for a preflight that no hook sees; undefined for what is none. */
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
