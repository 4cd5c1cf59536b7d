import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderDocs } from './docs-page.ts'

const refused = {
  description: '- `in_use`: Somebody has it.\n- `expired`: Too late.',
  content: { 'application/json': { schema: { properties: { code: { type: 'string' } } } } },
}
const route = {
  summary: 'Start',
  tags: ['kiosk'],
  security: [{ kiosk_secret: [] }, { kiosk_cookie: [] }, {}],
  parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
  requestBody: { content: { 'application/json': { schema: { properties: { why: {} } } } } },
  responses: { 200: { description: 'OK' }, 401: refused, 409: refused },
}
const contract = {
  components: {
    securitySchemes: { kiosk_cookie: { type: 'apiKey', in: 'cookie', name: 'qrgate-kiosk' } },
  },
  info: { title: 'Gate', description: 'What it is' },
  tags: [{ name: 'phone' }, { name: 'kiosk', description: 'Screens' }],
  paths: {
    '/start/{id}': { post: route, get: { summary: 'Look', tags: ['phone'] } },
    '/odd': { delete: { summary: 'Nobody said where this belongs' } },
  },
}

test('a route has its method, path, summary, proof, parameters, body and answers', () => {
  const page = renderDocs(contract, '')
  const start = page.indexOf('<article id="POST-start-id-">')
  const article = page.slice(start, page.indexOf('</article>', start))
  for (const part of [
    '<code>/start/{id}</code>',
    '<p>Start</p>',
    'Needs <code>Authorization: Bearer</code> kiosk_secret',
    'or <code>Cookie: qrgate-kiosk</code> kiosk_cookie',
    'or nothing',
    '<h4>Parameters</h4>',
    '<td>string, in path</td>',
    '<h4>Body</h4>',
    '<code>why</code> <small>optional</small>',
    '<h4>Answer 200</h4><p>OK</p>',
    '<h4>Refusals</h4><ul><li>401 <code>in_use</code>: Somebody has it.</li><li>401 <code>expired</code>: Too late.</li><li>409 <code>in_use</code>',
  ]) {
    assert.ok(article.includes(part), part)
  }
})

test('routes stand under their tags, in the order of the tags, and none is lost', () => {
  const page = renderDocs(contract, '')
  const sections = [...page.matchAll(/<section id="(\w+)">/g)].map(([, name]) => name)
  assert.deepEqual(sections, ['phone', 'kiosk', 'other'])
  assert.deepEqual(page.match(/<article/g)?.length, 3)
  for (const [, target = ''] of page.matchAll(/href="#([^"]+)"/g)) {
    assert.ok(page.includes(`id="${target}"`), target)
  }
})

test('whatever a description says comes out as text', () => {
  const hostile = '<script>alert(1)</script>`"><img src=x>`'
  const paths = { [hostile]: { get: { summary: hostile, tags: [hostile] } } }
  const page = renderDocs({ info: { title: hostile, description: hostile }, paths }, '')
  assert.ok(!page.includes('<script') && !page.includes('<img'))
})
