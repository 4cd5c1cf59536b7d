import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '../../logger.ts'
import { createHttpServer } from './server.ts'

/** As Python's `parse_qsl` reads them, which the seed does. */
const fields: [string, Record<string, unknown>][] = [
  ['a=50%25%20off%', { a: '50% off%' }],
  ['a=%ED%99%8D%&b=%zz&c=x%2', { a: '홍%', b: '%zz', c: 'x%2' }],
  ['a=%25zz%&b=%252', { a: '%zz%', b: '%2' }],
  ['a=%ff%fe&b=%ED%99x', { a: '\ufffd\ufffd', b: '\ufffdx' }],
  ['a+b=c+d%2B&%61=1', { 'a b': 'c d+', a: '1' }],
  ['a&b=&=c&a=2', { a: ['', '2'], b: '', '': 'c' }],
  ['a=1=2&a%3D=3', { a: '1=2', 'a=': '3' }],
  ['__proto__=1&toString=2', { ['__proto__']: '1', toString: '2' }],
  [`${'x&'.repeat(2_000)}a=1`, { x: Array(2_000).fill(''), a: '1' }],
]

test('N58: an escape that is none costs no other its meaning, in an address and in a form', async t => {
  const server = createHttpServer(createLogger('silent'), [])
  t.after(() => server.close())
  server.get('/', async ({ query }) => Object.entries(query as object))
  server.post('/', async ({ body }) => Object.entries(body as object))
  for (const [text, expected] of fields) {
    const inAddress = await server.inject({ method: 'GET', url: `/?${text}` })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const inForm = await server.inject({ method: 'POST', url: '/', headers, payload: text })
    for (const { body } of [inAddress, inForm])
      assert.deepEqual(JSON.parse(body), Object.entries(expected), text)
  }
})
