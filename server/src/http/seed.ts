import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { WebSocket } from 'ws'
import type { Accounts, Credentials } from '../accounts/accounts.ts'
import type { Prove } from '../accounts/methods/proof.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import type { Limit } from '../limits/limit.ts'
import { networkOf } from '../limits/network.ts'
import type { SeedFlow, SeedWatcher } from '../signin/seed-flow.ts'
import { answerDetail, asDetail, seedRoutes } from './seed-edges.ts'
import type { HttpServer } from './server/server.ts'

/*
 * The API of the system that QRGate re-creates, to the letter: a client written for the seed works
 * unchanged. What is around these routes stands in seed-edges.ts.
 */

export interface SeedParts {
  flow: SeedFlow
  accounts: Accounts
  password(credentials: Credentials): Prove
  /** Adding accounts without asking anybody is for trying things out. */
  demo: boolean
  /** New accounts, by network. */
  inserts: Limit
  /**
   * Speaks to a client that has proven which sign-in it waits for.
   * @param address where the client is.
   */
  listen(socket: WebSocket, address: string, watcher: SeedWatcher): void
}

const success = Type.Object({ success: Type.Boolean() }, { title: 'SeedSuccess' })
const started = Type.Object(
  { token: Type.String(), success: Type.Boolean() },
  { title: 'SeedStartAnswer' },
)
const tokenPath = Type.Object({ token: Type.String() })
const credentials = Type.Object(
  {
    id: Type.String({ maxLength: 256 }),
    pwd: Type.String({ maxLength: 4096 }),
  },
  { title: 'SeedCredentials' },
)
const newAccount = Type.Object({ user_id: Type.String(), user_pwd: Type.String() })
const seed = { tags: ['seed'], security: [], refusalShape: asDetail }
const ofAuth = [
  ...['malformed', 'too_large', 'ticket_unknown', 'already_ended', 'expired'],
  ...['wrong_credentials', 'account_unusable', 'too_many_tries', 'busy', 'storage_busy'],
] as const satisfies RefusalCode[]
const byClient = { kind: 'client', id: '' } as const
/** The seed answers HEAD with 405, and what only looks must add no account. */
const exposeHeadRoute = false

export function addSeedRoutes(server: HttpServer, parts: SeedParts): void {
  server.register(async scope => {
    scope.setErrorHandler(answerDetail)
    addSignIn(scope.withTypeProvider(), parts)
    if (parts.demo) scope.register(async inner => addInsert(inner.withTypeProvider(), parts))
  })
}

function addSignIn(scope: HttpServer, { flow, password, listen }: SeedParts): void {
  // Fastify's own would answer 415 for most types.
  scope.removeAllContentTypeParsers()
  const readJson = scope.getDefaultJsonParser('error', 'error')
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const text = isJson(request) ? textOf(body) : undefined
    if (text === undefined) done(null)
    else readJson(request, text, done)
  })

  scope.route({
    ...seedRoutes.start,
    exposeHeadRoute,
    schema: {
      ...seed,
      operationId: 'seedStart',
      summary: 'Start a sign-in; the token goes into the QR',
      response: { 200: started },
    },
    handler: async () => ({ token: flow.start(), success: true }),
  })

  scope.route({
    ...seedRoutes.auth,
    schema: {
      ...seed,
      operationId: 'seedAuth',
      refusals: ofAuth,
      summary: 'Sign in with the token from the QR',
      params: tokenPath,
      body: credentials,
      response: { 200: success },
    },
    handler: async request => {
      const { id, pwd } = request.body
      await flow.approve(request.params.token, password({ id, password: pwd }), request.ip)
      return { success: true }
    },
  })

  scope.get(
    '/api/qr/ws/loading/:token',
    {
      websocket: true,
      exposeHeadRoute,
      schema: { params: tokenPath },
      preValidation: async request => {
        if (!request.ws) throw new Refusal('not_found')
        const { token } = request.params as { token: string }
        request.seed = await flow.watcher(token)
      },
    },
    (connection, request) => {
      if (request.seed) listen(connection, request.ip, request.seed)
    },
  )
}

function addInsert(scope: HttpServer, { accounts, inserts }: SeedParts): void {
  // Everything stands in the query; whatever comes with it is not looked at.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, body, done) => {
    body.resume()
    done(null)
  })

  for (const method of seedRoutes.insert.method) {
    scope.route({
      url: seedRoutes.insert.url,
      method,
      exposeHeadRoute,
      schema: {
        ...seed,
        operationId: method === 'GET' ? 'seedInsertByGet' : 'seedInsert',
        refusals: ['malformed', 'too_many', 'busy', 'storage_busy'],
        summary: 'Add an account (demo mode only)',
        querystring: newAccount,
        response: { 200: success },
      },
      // Also a type that is none would be refused.
      onRequest: async request => {
        delete request.raw.headers['content-type']
      },
      handler: async request => {
        const { user_id: id, user_pwd: password } = request.query
        inserts.spend(networkOf(request.ip))
        try {
          const shares = ['open', networkOf(request.ip), `insert ${id}`]
          await accounts.register({ id, name: '', password }, byClient, { rule: 'any', shares })
          return { success: true }
        } catch (error) {
          // The id is taken, or id or password are none that can be used.
          const refused = error instanceof Refusal && [409, 422].includes(error.status)
          if (refused) return { success: false }
          throw error
        }
      },
    })
  }
}

/**
 * JSON only: it is what a form on a page of another site cannot send. Without a type it is taken from
 * programs, some of which name none; a browser says from which page it comes.
 */
function isJson({ headers }: FastifyRequest): boolean {
  const type = headers['content-type']
  if (type === undefined) return headers.origin === undefined
  return /^application\/([^\s;]+\+)?json\s*(;|$)/i.test(type.trim())
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Undefined for bytes that are no text, which then are not of the expected form. */
function textOf(body: Buffer): string | undefined {
  try {
    return utf8.decode(body)
  } catch {
    return undefined
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What a seed socket may listen to, proven before the upgrade. */
    seed?: SeedWatcher
  }
}
