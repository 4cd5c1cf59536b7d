import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificate.ts'
import type { Scope } from './gate.ts'

/** A client's own server, which webhooks come to as they are; `Receiver` also reads and answers them. */
export interface WebhookReceiver {
  port: number
  /** All that has come, in order. */
  received: { method?: string; path?: string; headers: IncomingMessage['headers']; body: string }[]
  /** How many connections there have been, requests or not. */
  connections(): number
  /** The next request of which the head is there. */
  next(): Promise<IncomingMessage>
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => unknown

export interface ReceiverParts {
  /** Without one it speaks http. */
  certificate?: Certificate
  host?: string
  port?: number
  /** Answers once the request is whole. */
  answer?: Answer
}

export async function startReceiver(t: Scope, parts: ReceiverParts = {}): Promise<WebhookReceiver> {
  const { certificate, host = '127.0.0.1', port = 0, answer = ok } = parts
  const received: WebhookReceiver['received'] = []
  const server = certificate ? createHttps(certificate) : createHttp()
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  server.on('request', async (request: IncomingMessage, response) => {
    let body = ''
    try {
      for await (const chunk of request.setEncoding('utf8')) body += chunk
    } catch {
      // A request that breaks off is none.
      return
    }
    const { method, url: path, headers } = request
    received.push({ ...(method && { method }), ...(path && { path }), headers, body })
    answer(request, response, body)
  })
  server.listen(port, host)
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    next: async () => (await once(server, 'request'))[0],
  }
}

const ok: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"accepted"}')
}
