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
  isOpenTo(request: FastifyRequest): boolean
}

/**
 * Lets pages of the allowed origins call what is added after it, and read refusals too (Fetch §3.3).
 * Scopes are told apart by whom it was added to; a scope of addresses that do not exist needs it as well.
 */
export async function addCors(scope: FastifyInstance, rules: CorsRules): Promise<void> {
  const { allowedOrigins, isOpenTo } = rules
  const common = {
    methods: ['GET', 'POST'],
    exposedHeaders: ['retry-after'],
    maxAge: 600,
    strictPreflight: false,
  } satisfies FastifyCorsOptions
  const closed: FastifyCorsOptions = {
    ...common,
    origin: allowedOrigins.includes('*') ? '*' : [...allowedOrigins],
    credentials: false,
    allowedHeaders: ['authorization', 'content-type'],
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

/** The same for an answer that no hook sees; where pages may ask with credentials. */
export function openCorsHeaders(
  { allowedOrigins }: Pick<CorsRules, 'allowedOrigins'>,
  origin: string | undefined,
): Record<string, string> {
  const vary = { vary: 'Origin' }
  if (origin === undefined || !mayRead(allowedOrigins, origin)) return vary
  return {
    ...vary,
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
  }
}

/** Several of them in one header are none: no browser sends that. */
function mayRead(allowedOrigins: readonly string[], origin: string | undefined): boolean {
  if (origin === undefined || /[\s,]/.test(origin)) return false
  return allowedOrigins.includes('*') || allowedOrigins.includes(origin)
}

function isPreflight({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}
