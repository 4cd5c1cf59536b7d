import assert from 'node:assert/strict'
import type { FastifyInstance } from 'fastify'
import Schema from 'typebox/schema'

/** What a test reads of an OpenAPI document. */
export interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  security: Record<string, string[]>[]
  requestBody?: { required: boolean; content: Record<string, { schema: object }> }
  responses: Record<string, DocumentedAnswer>
}

export interface DocumentedAnswer {
  description: string
  headers?: Record<string, unknown>
  content?: Record<string, { schema: object }>
}

/** An answer that a gate gave, whoever asked. */
interface Given {
  /** `POST /s/{id}/scan` */
  at: string
  status: number
  type: string
  retryAfter: boolean
  /** Of a refusal, whether it is JSON or a page. */
  code: string | undefined
  body: string
}

export interface Contract {
  /** What each operation has answered, by its id: statuses, and codes. */
  answered(): Promise<Map<string, Set<string>>>
  /** Rejects naming each answer of which the document tells nothing, or something else. */
  assertKept(): Promise<void>
}

const documents = new Map<string, Document>()

const statusesOfAny = new Set([408, 414, 431, 500])

/**
 * Holds all that a gate answers against its own document. What it hides, and upgrades, are not looked at.
 * @param server not listening yet.
 * @param kind of gates that have the same operations: their document is written once.
 */
export function watchContract(server: FastifyInstance, kind: string): Contract {
  const given: Given[] = []
  server.addHook('onSend', (request, reply, payload, done) => {
    const { url } = request.routeOptions
    // An upgrade that is refused may have gone to an address that has no socket.
    if (url !== undefined && request.headers.upgrade === undefined) {
      given.push({
        at: `${request.method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`,
        status: reply.statusCode,
        type: `${reply.getHeader('content-type') ?? ''}`.replace(/;.*/, ''),
        retryAfter: reply.hasHeader('retry-after'),
        code: reply.refusal?.code,
        body: typeof payload === 'string' && reply.statusCode !== 204 ? payload : '',
      })
    }
    done(null, payload)
  })

  const document = async () => {
    const known = documents.get(kind) ?? ((await server.openApi()) as unknown as Document)
    documents.set(kind, known)
    return known
  }
  const looked = async () => {
    if (given.length === 0) return []
    const { paths, components } = await document()
    return given.flatMap(answer => {
      const [method = '', path = ''] = answer.at.split(' ')
      const operation = paths[path]?.[method.toLowerCase()]
      return operation ? [{ answer, operation, components }] : []
    })
  }
  return {
    answered: async () => {
      const byId = new Map<string, Set<string>>()
      for (const { answer, operation } of await looked()) {
        const seen = byId.get(operation.operationId) ?? new Set()
        byId.set(operation.operationId, seen.add(`${answer.status}`).add(`${answer.code}`))
      }
      return byId
    },
    assertKept: async () => {
      const faults = (await looked()).flatMap(({ answer, operation, components }) => {
        const fault = faultOf(answer, operation, components)
        return fault === undefined ? [] : [`${answer.at} answered ${answer.status}${fault}`]
      })
      assert.deepEqual([...new Set(faults)], [], 'the API’s document tells otherwise')
    },
  }
}

function faultOf(
  { status, type, retryAfter, code, body }: Given,
  { responses }: Operation,
  components: Document['components'],
): string | undefined {
  const { default: ofAny } = responses
  const said = responses[status] ?? (statusesOfAny.has(status) ? ofAny : undefined)
  const answered = `${type} ${body.slice(0, 300)}`
  if (!said) return `, of which nothing is said: ${answered}`
  if (retryAfter !== (said.headers?.['Retry-After'] !== undefined)) {
    return retryAfter ? ' with Retry-After' : ' without Retry-After'
  }
  const { content = {} } = said
  if (body === '' && Object.keys(content).length === 0) return undefined
  const { schema } = content[type] ?? {}
  if (schema === undefined) return ` as ${answered}`
  if (!/json$/.test(type)) {
    const isTold = code === undefined || statusesOfAny.has(status) || codesOf(said).includes(code)
    return isTold ? undefined : ` because of ${code}, of which nothing is said`
  }
  const [isSo, errors] = checkerOf(schema, components).Errors(JSON.parse(body))
  return isSo ? undefined : ` with another body: ${answered}: ${JSON.stringify(errors[0])}`
}

/** Of all that may be refused with one status. */
export function codesOf({ content = {} }: DocumentedAnswer): string[] {
  const { allOf } = (content['application/json']?.schema ?? {}) as { allOf?: unknown[] }
  const known = allOf?.[1] as { properties: { code: { enum: string[] } } } | undefined
  return known?.properties.code.enum ?? []
}

const checkers = new Map<string, ReturnType<typeof Schema.Compile>>()

/** Gates of one process have the same schemas: each is compiled once. */
function checkerOf(schema: object, components: Document['components']) {
  const key = JSON.stringify(schema)
  const checker = checkers.get(key) ?? Schema.Compile({ ...schema, components } as object)
  checkers.set(key, checker)
  return checker
}
