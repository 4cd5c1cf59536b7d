import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { WebSocket } from 'ws'
import type { Accounts, Credentials } from '../accounts/accounts.ts'
import type { Prove } from '../accounts/methods/proof.ts'
import { Refusal } from '../errors.ts'
import type { Limit } from '../limits/limit.ts'
import { networkOf } from '../limits/network.ts'
import type { SeedFlow, SeedWatcher } from '../signin/seed-flow.ts'
import { requestLanguage } from './server/language.ts'
import { sentence } from './server/sentences.ts'
import { beginRefusal, type HttpServer } from './server/server.ts'

/*
 * The API of the system that QRGate re-creates, to the letter, and the only file with its routes and bodies:
 * a client written for the seed works unchanged.
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

const success = Type.Object({ success: Type.Boolean() })
const detail = Type.Object({ detail: Type.String(), code: Type.String() })
const tokenPath = Type.Object({ token: Type.String({ maxLength: 1024 }) })
const credentials = Type.Object({
  id: Type.String({ maxLength: 256 }),
  pwd: Type.String({ maxLength: 4096 }),
})
const newAccount = Type.Object({
  user_id: Type.String({ maxLength: 256 }),
  user_pwd: Type.String({ minLength: 1, maxLength: 4096 }),
})
const tags = ['seed']
const byClient = { kind: 'client', id: '' } as const

export function addSeedRoutes(server: HttpServer, parts: SeedParts): void {
  const { flow, accounts } = parts

  server.register(async raw => {
    const scope: HttpServer = raw.withTypeProvider()
    scope.setErrorHandler(answerDetail)
    // JSON only: it is what a form on a page of another site cannot send.
    scope.removeContentTypeParser('application/x-www-form-urlencoded')

    scope.get(
      '/api/qr/start',
      {
        schema: {
          tags,
          summary: 'Start a sign-in; the token goes into the QR',
          response: { 200: Type.Object({ token: Type.String(), success: Type.Boolean() }) },
        },
      },
      async () => ({ token: flow.start(), success: true }),
    )

    scope.post(
      '/api/qr/auth/:token',
      {
        schema: {
          tags,
          summary: 'Sign in with the token from the QR',
          params: tokenPath,
          body: credentials,
          response: { 200: success, 401: detail, 422: detail, 429: detail, 503: detail },
        },
      },
      async request => {
        const { id, pwd } = request.body
        const proof = parts.password({ id, password: pwd })
        await flow.approve(request.params.token, proof, request.ip)
        return { success: true }
      },
    )

    scope.get(
      '/api/qr/ws/loading/:token',
      {
        websocket: true,
        schema: { tags, summary: 'WebSocket: the text `success` once approved', params: tokenPath },
        preValidation: async request => {
          if (!request.ws) throw new Refusal('not_found')
          const { token } = request.params as { token: string }
          request.seed = await flow.watcher(token)
        },
      },
      (connection, request) => {
        if (request.seed) parts.listen(connection, request.ip, request.seed)
      },
    )

    if (!parts.demo) return
    // The seed's own front end adds accounts with GET.
    scope.route({
      method: ['GET', 'POST'],
      url: '/api/test/insert',
      schema: {
        tags,
        summary: 'Add an account (demo mode only)',
        querystring: newAccount,
        response: { 200: success, 422: detail },
      },
      handler: async request => {
        const { user_id: id, user_pwd: password } = request.query
        try {
          parts.inserts.spend(networkOf(request.ip))
          const shares = ['open', networkOf(request.ip), `insert ${id}`]
          await accounts.register({ id, name: '', password }, byClient, { rule: 'any', shares })
          return { success: true }
        } catch (error) {
          if (error instanceof Refusal && error.code === 'account_exists') return { success: false }
          throw error
        }
      },
    })
  })
}

/** The seed knows 401 for whatever is wrong with a token or a password, and says `detail`. */
function answerDetail(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = beginRefusal(error, request, reply)
  reply
    .code(seedStatus(refusal))
    .send({ detail: sentence(refusal.code, requestLanguage(request)), code: refusal.code })
}

function seedStatus({ code, status }: Refusal): number {
  if (code === 'malformed') return 422
  return [403, 404, 409, 410].includes(status) && code !== 'not_found' ? 401 : status
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What a seed socket may listen to, proven before the upgrade. */
    seed?: SeedWatcher
  }
}
