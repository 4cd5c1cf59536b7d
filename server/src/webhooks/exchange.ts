import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request as requestHttps } from 'node:https'
import { isIP, type TcpSocketConnectOpts } from 'node:net'
import { request as requestHttp } from '../node-http.ts'
import { type Address, bareHost, codeOf } from './address.ts'
import { failed, type WebhookAnswer, type WebhookFailure } from './answer.ts'
import type { SignedHeaders } from './signature.ts'

/** The most that is read of an answer, in bytes: a ticket of a queue is a few hundred. */
const longest = 4_096
/** How long one of several addresses has before the next is tried, in milliseconds (RFC 8305). */
const eachAddress = 1_000

export interface Exchange {
  url: URL
  /** The only ones that are dialled. */
  addresses: readonly Address[]
  headers: SignedHeaders
  body: string
  /** Ends the connection, whatever it is doing; raised also once there is an answer. */
  signal: AbortSignal
}

/** One request and its answer, over a connection of its own. */
export function exchange(parts: Exchange): Promise<WebhookAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WebhookAnswer>()
  const isTls = parts.url.protocol === 'https:'
  const outgoing = (isTls ? requestHttps : requestHttp)(optionsOf(parts))
  let isHandshake = false
  outgoing.on('socket', socket => {
    socket.once('connect', () => {
      isHandshake = isTls
    })
    socket.once('secureConnect', () => {
      isHandshake = false
    })
  })
  outgoing.on('response', answer => answerOf(answer).then(resolve, reject))
  // Nobody asked for another protocol. Its connection is handed over, and ends with no request.
  outgoing.on('upgrade', (_answer, socket) => {
    socket.destroy()
    resolve(failed('not_http', 'status 101'))
  })
  outgoing.on('error', error => {
    resolve(failed(reasonOf(error, isHandshake), codeOf(error) ?? 'no connection'))
  })
  outgoing.end(parts.body)
  return promise
}

/** The options of a socket reach it through those of its request. */
type Options = RequestOptions &
  Pick<TcpSocketConnectOpts, 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'>

function optionsOf({ url, addresses, headers, body, signal }: Exchange): Options {
  const host = bareHost(url)
  return {
    method: 'POST',
    host,
    ...(url.port && { port: Number(url.port) }),
    path: `${url.pathname}${url.search}`,
    headers: {
      host: url.host,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'QRGate',
      ...headers,
    },
    signal,
    // No connection is kept, and no proxy of the environment resolves the name once more.
    agent: false,
    lookup: (_host, _options, done) => done(null, [...addresses]),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: eachAddress,
    // Said aloud, because an environment variable of Node turns it off for a whole process.
    rejectUnauthorized: true,
    // Names in certificates have no dot at their end, and addresses are no server names (RFC 6066 §3).
    servername: isIP(host) > 0 ? '' : host.replace(/\.$/, ''),
  }
}

async function answerOf(incoming: IncomingMessage): Promise<WebhookAnswer> {
  const { statusCode: status = 0 } = incoming
  if (status >= 300 && status < 400) return failed('redirect', `status ${status}`)
  return { kind: 'answered', status, body: status === 200 ? await jsonOf(incoming) : undefined }
}

/** @throws what broke the connection. */
async function jsonOf(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    chunks.push(chunk)
    size += chunk.length
    if (size > longest) return undefined
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    return undefined
  }
}

function reasonOf(error: Error, isHandshake: boolean): WebhookFailure {
  const code = codeOf(error) ?? ''
  if (code.startsWith('HPE_')) return 'not_http'
  const isLost = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code)
  return isHandshake && !isLost ? 'tls' : 'unreachable'
}
