import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import { createHttpServer } from './server.ts'

test('N67: the line of a request holds known fields, whatever was asked and answered', async t => {
  const lines: string[] = []
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(`${chunk}`)
      done()
    },
  })
  const server = createHttpServer(pino({ level: 'info', base: null }, sink), [])
  t.after(() => server.close())
  server.post('/q/:ticket', (_request, reply) => {
    return reply.code(201).header('set-cookie', 'canary=1').send({ token: 'canary' })
  })
  server.get('/healthz', async () => ({}))
  await server.inject({
    method: 'POST',
    url: '/q/canary?password=canary',
    headers: { authorization: 'Bearer canary', cookie: 'canary=1' },
    payload: { password: 'canary' },
  })
  await server.inject('/nowhere/canary')
  await server.inject('/healthz')
  await turn()
  const told = lines
    .join('')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  for (const line of told) {
    assert.equal(typeof line.time, 'number')
    assert.equal(typeof line.ms, 'number')
  }
  assert.deepEqual(
    told.map(({ time: _, ms: __, ...rest }) => rest),
    [
      { level: 30, method: 'POST', route: '/q/:ticket', status: 201, msg: 'request' },
      { level: 30, method: 'GET', status: 404, msg: 'request' },
    ],
  )
})
