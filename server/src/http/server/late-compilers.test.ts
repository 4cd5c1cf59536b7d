import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Type from 'typebox'
import { until } from '../../../../test/support/patience.ts'
import { createLogger } from '../../logger.ts'
import { createHttpServer } from './server.ts'

/** A schema that tells when somebody looks at it. */
function seen(name: string, said: string[]) {
  return {
    ...Type.Object({ name: Type.String() }),
    get type(): 'object' {
      if (!said.includes(name)) said.push(name)
      return 'object'
    },
  }
}

test('N74: schemas are compiled when they are used first, and the others as soon as the gate listens', async t => {
  const compiled: string[] = []
  const server = createHttpServer(createLogger('silent'), [])
  t.after(() => server.close())
  const answer = async () => ({ name: '홍길동', secret: 'not declared' })
  for (const url of ['/asked', '/unasked']) {
    const schema = {
      body: seen(`${url} in`, compiled),
      response: { 200: seen(`${url} out`, compiled) },
    }
    server.post(url, { schema }, answer)
  }
  await server.ready()
  assert.deepEqual(compiled, [])

  const ask = (payload: object) => server.inject({ method: 'POST', url: '/asked', payload })
  assert.equal((await ask({ name: 1 })).statusCode, 400)
  assert.deepEqual((await ask({ name: '' })).json(), { name: '홍길동' })
  assert.deepEqual(compiled, ['/asked in', '/asked out'])

  await server.listen({ host: '127.0.0.1', port: 0 })
  await until('all are compiled', () => compiled.length === 4)
})

test('N74: until it listens a gate loads neither undici nor Ajv', () => {
  const script = `
    import { createRequire } from 'node:module'
    const { createHttpServer } = await import('./server.ts')
    const { createLogger } = await import('../../logger.ts')
    await import('../../boot/main.ts')
    await createHttpServer(createLogger('silent'), []).ready()
    const loaded = [...process.moduleLoadList, ...Object.keys(createRequire(import.meta.url).cache)]
    console.log(loaded.filter(name => /undici|node_modules.ajv/.test(name)).join())`
  const args = ['-C', 'source', '--input-type=module', '--eval', script]
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  assert.equal(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }).trim(), '')
})
