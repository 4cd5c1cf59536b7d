import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import Type from 'typebox'
import { withNamedSchemas } from '../../server/src/http/server/named-schemas.ts'
import { addOpenApi } from '../../server/src/http/server/openapi.ts'
import { createHttpServer } from '../../server/src/http/server/server.ts'
import { type Document, type Operation, watchContract } from '../support/contract.ts'
import { type Gate, type Settings, startGate } from '../support/gate.ts'

/** Gates whose documents differ. */
const kinds: Record<string, (t: TestContext) => Promise<Gate>> = {
  demo: t => startGate(t),
  serve: t => startGate(t, {}, 'serve'),
  'serve with the seed’s API': t => startGate(t, { QRGATE_SEED_API: '1' } as Settings, 'serve'),
}

async function documentOf(gate: Gate): Promise<Document> {
  return (await (await fetch(`${gate.url}/api/openapi.json`)).json()) as Document
}

/** `post /code` and so on, with what is told of each. */
function operationsOf({ paths }: Document): Map<string, Operation> {
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  )
  return new Map(all)
}

for (const [kind, start] of Object.entries(kinds)) {
  test(`N55: the API's document (${kind})`, async t => {
    const gate = await start(t)
    const document = await documentOf(gate)

    await t.test('has no fault that a linter knows', async () => {
      const config = await createConfig({ extends: ['recommended-strict'] })
      const source = JSON.stringify(document)
      const faults = await lintFromString({ source, absoluteRef: 'openapi.json', config })
      assert.deepEqual(
        faults.map(({ ruleId, message, location: [at] }) => `${ruleId}: ${message} ${at?.pointer}`),
        [],
      )
    })

    await t.test(
      'tells every route but pages, files and upgrades, and nothing that is none',
      () => {
        const told = [...operationsOf(document).keys()]
        const routes = routesOf(gate)
        assert.deepEqual(
          told.filter(route => !routes.has(route)),
          [],
        )
        assert.deepEqual(
          [...routes].filter(route => !told.includes(route) && !hidden.test(route)),
          [],
        )
      },
    )

    await t.test('gives each operation an id of its own, and what is sent a name', () => {
      const operations = [...operationsOf(document).values()]
      const ids = operations.map(({ operationId }) => operationId)
      assert.equal(new Set(ids).size, ids.length)
      for (const operation of operations) assertWhole(operation)
    })
  })
}

function assertWhole({ operationId, summary, security, requestBody, responses }: Operation): void {
  assert.match(operationId, /^[a-z][A-Za-z]+$/)
  assert.ok(summary, operationId)
  assert.ok(Array.isArray(security), operationId)
  const contents = [requestBody, ...Object.values(responses)].map(body => body?.content ?? {})
  for (const [type, { schema }] of contents.flatMap(content => Object.entries(content))) {
    const { $ref, allOf } = schema as { $ref?: string; allOf?: { $ref?: string }[] }
    assert.ok($ref ?? allOf?.[0]?.$ref ?? type === 'text/html', JSON.stringify(schema))
  }
  for (const [status, { headers }] of Object.entries(responses)) {
    const again = status === '429' || status === '503'
    assert.equal(headers?.['Retry-After'] !== undefined, again, `${operationId} ${status}`)
  }
}

/** As the router knows them, in OpenAPI's spelling; what only looks is told as what is looked at. */
function routesOf({ app }: Gate): Set<string> {
  const branches: string[] = []
  const routes = new Set<string>()
  for (const line of app.server.printRoutes({ commonPrefix: false }).split('\n')) {
    // What has no branch of its own is the same address once more, for upgrades.
    const found = /^([│ ]*)[└├]── (\S*) ?(?:\(([A-Z, ]+)\))?/.exec(line)
    if (!found) continue
    const [, indent = '', part = '', methods = ''] = found
    const depth = indent.length / 4
    branches.length = depth
    branches[depth] = part
    const path = branches.join('').replaceAll(/:(\w+)/g, '{$1}')
    for (const method of methods.split(', ').filter(Boolean)) {
      if (method !== 'HEAD' && method !== 'OPTIONS') routes.add(`${method.toLowerCase()} ${path}`)
    }
  }
  return routes
}

/** Pages for people, their files, the document itself, upgrades, and a QR's address in capitals. */
const hidden =
  /^get \/\*?$|^get \/(kiosk|demo|try|assets|enrol|recover|invited|Q|K|E)\b|^post \/(enrol|recover)\*|^get \/api\/(docs|openapi\.json|qr\/ws\/)|^(get|post) \/me\b|^get \/s\/\{id\}\/\{form\}$|^post \/api\/v1\/kiosk\/enrol$/

test('N55: who may start a sign-in is told as it is', async t => {
  const started = async (kind: string) => {
    const document = await documentOf(await (kinds[kind] as (t: TestContext) => Promise<Gate>)(t))
    return document.paths['/api/v1/sign-ins']?.post?.security
  }
  const enrolled = [{ kiosk_cookie: [] }, { kiosk_credential: [] }]
  assert.deepEqual(await started('serve'), enrolled)
  assert.deepEqual(await started('demo'), [...enrolled, {}])
})

test('N55: a body is asked for where there is one, and must be sent where none would be refused', async t => {
  const gate = await startGate(t)
  const told: Record<string, boolean | undefined> = {}
  for (const { operationId, requestBody } of operationsOf(await documentOf(gate)).values()) {
    told[operationId] = requestBody?.required
  }
  const { startSignIn, leaveSignIn, claimSignIn, endVisit, chooseService, approveByPassword } = told
  assert.deepEqual(
    { startSignIn, leaveSignIn, claimSignIn, endVisit, chooseService, approveByPassword },
    {
      startSignIn: undefined,
      leaveSignIn: undefined,
      claimSignIn: false,
      endVisit: false,
      chooseService: true,
      approveByPassword: true,
    },
  )
})

test('an answer of which the document tells otherwise fails the test that has seen it', async t => {
  const bare = createHttpServer(pino({ level: 'silent' }), [])
  addOpenApi(bare, 'http://gate.test')
  // One that believes whatever it is told of its answers.
  const server = bare as unknown as FastifyInstance
  const contract = watchContract(server, 'teapot')
  const word = Type.Object({ code: Type.Literal('teapot') }, { title: 'Word' })
  server.get('/:status', { schema: { response: { 200: word } } }, (request, reply) => {
    const { status } = request.params as { status: string }
    return reply
      .code(Number(status) as 200)
      .type('application/json')
      .send('{"code":"kettle"}')
  })
  t.after(() => server.close())
  await server.ready()
  await contract.assertKept()
  for (const status of ['200', '409']) {
    await server.inject(`/${status}`)
    await assert.rejects(contract.assertKept(), new RegExp(`GET /\\{status\\} answered ${status}`))
  }
})

test('two schemas of one name are a fault of ours', () => {
  const word = (type: string) => ({ schema: { title: 'Word', type } })
  const once = withNamedSchemas({ components: {}, a: word('string'), b: word('string') })
  assert.deepEqual(once, {
    components: { schemas: { Word: { type: 'string' } } },
    a: { schema: { $ref: '#/components/schemas/Word' } },
    b: { schema: { $ref: '#/components/schemas/Word' } },
  })
  const twice = { components: {}, a: word('string'), b: word('integer') }
  assert.throws(() => withNamedSchemas(twice), /two different schemas are called Word/)
})
