import type {
  FastifyDynamicSwaggerOptions,
  SwaggerTransform,
  SwaggerTransformObject,
} from '@fastify/swagger'
import Fastify, { type FastifyInstance, type FastifySchema, type RouteOptions } from 'fastify'
import { STATUS_CODES } from '../../node-http.ts'
import { cookieName, kioskCookie, phoneCookie } from './cookies.ts'
import { withNamedSchemas } from './named-schemas.ts'
import { refusalAnswers } from './refusal-answers.ts'
import type { HttpServer } from './server.ts'

type ApiDocument = ReturnType<typeof written>

/**
 * Describes every route that is added after it (OpenAPI 3.1). It is written when somebody asks for it
 * first, and kept: no other request pays for it, and no start for what writes it.
 */
export function addOpenApi(server: HttpServer, publicUrl: string): void {
  const routes: RouteOptions[] = []
  server.addHook('onRoute', route => {
    if (route.schema && !route.schema.hide && route.method !== 'HEAD') routes.push(route)
  })
  let document: Promise<ApiDocument> | undefined
  server.decorate('openApi', () => {
    document ??= describe(routes, publicUrl).catch(error => {
      // Files may have been short just then.
      document = undefined
      throw error
    })
    return document
  })
  server.get('/api/openapi.json', { schema: { hide: true } }, () => server.openApi())
}

/** The plugin describes a server's routes as they are added, so they are added to one that never listens. */
async function describe(routes: readonly RouteOptions[], publicUrl: string): Promise<ApiDocument> {
  const { default: swagger } = await import('@fastify/swagger')
  const described = Fastify({ exposeHeadRoutes: false })
  described.setValidatorCompiler(() => () => true)
  described.setSerializerCompiler(() => () => '')
  await described.register(swagger, {
    transform: withRefusals,
    transformObject: completed,
    openapi: documentOf(publicUrl),
  })
  for (const { method, url, schema = {} } of routes) {
    described.route({ method, url, schema, handler: async () => {} })
  }
  await described.ready()
  return written(described)
}

function written(described: Pick<FastifyInstance, 'swagger'>) {
  const document = described.swagger()
  if (!('openapi' in document)) throw new TypeError('the document is no OpenAPI 3')
  return document
}

function documentOf(publicUrl: string): NonNullable<FastifyDynamicSwaggerOptions['openapi']> {
  const ownCookie = (name: string, description: string) => {
    return { type: 'apiKey', in: 'cookie', name: cookieName(name, publicUrl), description } as const
  }
  const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description }) as const
  return {
    openapi: '3.1.0',
    info: {
      title: 'QRGate',
      summary: 'A kiosk shows a QR code, a phone signs in, the kiosk knows.',
      description,
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl, description: 'This gate' }],
    tags: [
      {
        name: 'kiosk',
        description:
          'Screens, and the backends that start for them. `GET /api/v1/kiosk` is a WebSocket, too: docs/protocol.md tells of its messages, which OpenAPI cannot.',
      },
      { name: 'client', description: 'The systems that serve whoever has signed in' },
      { name: 'phone', description: 'The pages that a QR leads to' },
      {
        name: 'seed',
        description:
          'The API of the system that QRGate re-creates. Its WebSocket is `GET /api/qr/ws/loading/{token}`: it sends the text `success` once the sign-in is approved.',
      },
      { name: 'machines', description: 'For supervisors and load balancers' },
    ],
    components: {
      securitySchemes: {
        kiosk_cookie: ownCookie(
          kioskCookie,
          'An enrolled screen. The cookie speaks for pages of this gate alone: `Sec-Fetch-Site` or `Origin` must say so.',
        ),
        kiosk_credential: bearer(
          "What `qrgate kiosk add --backend` printed: a kiosk's backend, which starts for its screen.",
        ),
        kiosk_secret: bearer(
          'What the start of this very sign-in answered: "I am the screen that started it".',
        ),
        client_credential: bearer(
          'What `qrgate client add` printed. It belongs to a backend, never to a page.',
        ),
        phone_key: ownCookie(
          phoneCookie,
          'The browser that was shown the sign-in page. What changes something is taken from pages of this gate alone.',
        ),
      },
    },
  }
}

const description =
  'JSON is snake_case; durations name their unit. A refusal has a stable `code`, and a `message` for people in the language of `Accept-Language`. Pass over fields that you do not know.'

/** @param schema as the route says it; undefined where it says nothing. */
const withRefusals: SwaggerTransform<FastifySchema> = ({ schema, url, route }) => {
  if (!schema || schema.hide) return { schema, url }
  const method = [route.method].flat()[0] ?? 'GET'
  const response = { ...(schema.response ?? {}), ...refusalAnswers(schema, method) }
  // A body of which nothing can be said is none.
  const { body, ...bodiless } = schema
  const said = isEmpty(body) ? bodiless : schema
  return { schema: { ...said, response, [optional]: schema.bodyIsOptional === true }, url }
}

/** Goes from one transform to the other. */
const optional = 'x-optional-body'

interface MarkedOperation {
  [optional]?: boolean
  requestBody?: { required?: boolean }
  responses: Record<string, { description: string }>
}

/** What the plugin says of an answer of which a route says nothing but its schema. */
const unsaid = 'Default Response'

function isEmpty(body: unknown): boolean {
  const { properties = {} } = (body ?? {}) as { properties?: object }
  return Object.keys(properties).length === 0
}

const completed: SwaggerTransformObject = found => {
  if (!('openapiObject' in found)) throw new TypeError('the document is no OpenAPI 3')
  const document = withNamedSchemas(found.openapiObject)
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(item ?? {}) as MarkedOperation[]) {
      if (operation[optional] && operation.requestBody) operation.requestBody.required = false
      delete operation[optional]
      for (const [status, response] of Object.entries(operation.responses)) {
        if (response.description === unsaid) response.description = STATUS_CODES[status] ?? status
      }
    }
  }
  return document
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The API's document, of all routes that are described. */
    openApi(): Promise<ApiDocument>
  }
}
