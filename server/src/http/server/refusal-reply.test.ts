import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../errors.ts'
import { createLogger } from '../../logger.ts'
import { createHttpServer } from './server.ts'

test('S072: whatever a fault of ours says, nobody outside is told a word of it', async t => {
  const server = createHttpServer(createLogger('silent'), [])
  t.after(() => server.close())
  const words = 'near "canary": syntax error'
  const faults: [thrown: Error, status: number, code: string][] = [
    [new Error(words), 500, 'internal'],
    [Object.assign(new Error(words), { statusCode: 502 }), 500, 'internal'],
    [Object.assign(new Error(words), { statusCode: 418 }), 400, 'malformed'],
    [new Refusal('storage_busy', words), 503, 'storage_busy'],
  ]
  for (const [index, [thrown]] of faults.entries()) {
    server.get(`/${index}`, () => {
      throw thrown
    })
  }
  for (const [index, [, status, code]] of faults.entries()) {
    const answer = await server.inject(`/${index}`)
    assert.equal(answer.statusCode, status)
    assert.equal(answer.json().code, code)
    assert.doesNotMatch(answer.body + JSON.stringify(answer.headers), /canary/)
  }
})
