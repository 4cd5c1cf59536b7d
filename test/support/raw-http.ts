import { connect, type Socket } from 'node:net'

/** What came back for bytes that no HTTP client would send. */
export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  status: number
  text: string
}

type Bytes = string | Uint8Array | readonly (string | Uint8Array)[]

/**
 * A connection that sends exactly these bytes.
 * @param stubborn it never hangs up, not even after the gate has.
 */
export function openRaw(url: string, stubborn = false): Socket {
  const { hostname: host, port } = new URL(url)
  const socket = connect({ host, port: Number(port), allowHalfOpen: stubborn })
  // A reset is an answer too; whoever listens sees the end of it.
  socket.on('error', () => socket.destroy())
  return socket
}

/** Sends bytes and reads until the gate closes, or until there is an answer to an upgrade. */
export function exchange(url: string, bytes: Bytes): Promise<RawAnswer> {
  return send(url, bytes).answer
}

/**
 * The same, for whoever must know when the bytes are on their way: a request on another connection
 * that is sent after `sent` is looked at no earlier than these.
 */
export function send(
  url: string,
  bytes: Bytes,
): { sent: Promise<void>; answer: Promise<RawAnswer> } {
  const socket = openRaw(url)
  const answer = new Promise<RawAnswer>(resolve => {
    let text = ''
    let asked = false
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      if (text.startsWith('HTTP/1.1 101') && text.includes('\r\n\r\n')) socket.destroy()
      // Answers come in the order of requests: behind this one's nothing more can come.
      if (asked || !isWhole(text) || isLast(text)) return
      asked = true
      socket.write(request(url, 'GET /healthz'))
    })
    socket.on('close', () => {
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text })
    })
  })
  const parts = Array.isArray(bytes) ? bytes : [bytes]
  const sent = new Promise<void>(resolve => {
    socket.on('close', () => resolve())
    for (const part of parts.slice(0, -1)) socket.write(part)
    socket.write(parts.at(-1) ?? '', () => resolve())
  })
  return { sent, answer }
}

const isLast = (text: string) => /^connection: close\r$/im.test(text)

/** Whether the first answer is there to its last byte, by its own length. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  const length = /^content-length: (\d+)\r$/im.exec(text.slice(0, end + 2))?.[1]
  return end >= 0 && length !== undefined && text.length >= end + 4 + Number(length)
}

/** A request as text, with the headers given and no others but Host; one to a connection. */
export function request(
  url: string,
  line: string,
  headers: Record<string, string> = {},
  body = '',
): string {
  const lines = Object.entries({ host: new URL(url).host, connection: 'close', ...headers })
  return `${line} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}`).join('\r\n')}\r\n\r\n${body}`
}
