import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { test } from 'node:test'
import { startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

test('N87: whoever was told 408 does not see their submit take effect', async t => {
  const gate = await startGate(t)
  await addAccount(gate)
  const { phone, id } = await scannedSignIn(gate)
  const bytes = phone.bytes(`/s/${id}/sign-in`, {
    account: visitor.id,
    password: visitor.password,
    receipt: '',
  })
  const half = bytes.length - 10
  const { server } = gate.app.server
  const arrived = once(server, 'connection') as Promise<[Socket]>
  const client = connect(Number(new URL(gate.url).port), '127.0.0.1')
  const asked = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
  const looked = t.mock.method(gate.app.store.accounts, 'byIdKey').mock
  client.write(bytes.slice(0, half))
  const [socket] = await arrived
  const [, response] = await asked

  // A gate that stood still finds the time-out over, and then the rest of what has come meanwhile.
  const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
  server.emit('clientError', late, socket)
  client.write(bytes.slice(half))
  let answer = ''
  client.setEncoding('utf8').on('data', text => {
    answer += text
  })
  await until('it is answered', () => answer.includes('request_timeout'))
  await until('the rest has come', () => socket.bytesRead >= bytes.length || socket.destroyed)
  // Nobody looks whose password it is; that it then takes effect would be told much later.
  await until('the gate has done with it', () => response.writableEnded || looked.callCount() > 0)
  assert.equal(looked.callCount(), 0)
  assert.match(answer, /^HTTP\/1\.1 408 /)
  assert.equal((await phone.state(id)).body.state, 'scanned')
  client.destroy()
})
