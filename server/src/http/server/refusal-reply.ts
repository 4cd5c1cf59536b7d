import type { Socket } from 'node:net'
import type { Refused } from '@qrgate/sdk/protocol'
import { Refusal } from '../../errors.ts'
import { STATUS_CODES } from '../../node-http.ts'
import type { Language } from './language.ts'
import { sentence } from './sentences.ts'

/** The one shape of a refusal on the wire. */
export function refusalBody(refusal: Refusal, lang: Language): Refused {
  return { code: refusal.code, message: sentence(refusal.code, lang) }
}

/** For answers that are given before any hook could add the headers of all the others. */
export const guards = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

const answered = new WeakSet<Socket>()

/** Whether the last word on this connection was said by {@link answerClientError}. */
export function wasAnswered(socket: Socket): boolean {
  return answered.has(socket)
}

/** How long a peer has to read a last answer and hang up, in milliseconds (RFC 9112 §9.6). */
const lingering = 1_000

/**
 * Answers what was not even HTTP; there is no request yet, so no language either: the sentence stands
 * there in English, and as the seed's clients look for it, in Korean.
 * @param headersFor more headers, by what has come last.
 */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  headersFor: (packet: Buffer) => Record<string, string> = () => ({}),
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const refusal = new Refusal(codeOf(error.code))
  const detail = sentence(refusal.code, 'ko')
  const body = JSON.stringify({ ...refusalBody(refusal, 'en'), detail })
  // Node keeps what has come last there; Fastify's type is that of its JSON.
  const { rawPacket } = error as { rawPacket?: unknown }
  const more = Buffer.isBuffer(rawPacket) ? headersFor(rawPacket) : {}
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...Object.entries({ ...guards, ...more }).map(([name, value]) => `${name}: ${value}`),
  ]
  answered.add(socket)
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  // A peer that does not close its own half would keep the connection, silently, until Node's longest
  // time-out. At once would be too early: what it is still sending would reset the answer away.
  setTimeout(() => socket.destroy(), lingering).unref()
}

function codeOf(code: string | undefined) {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout'
  return 'malformed'
}
