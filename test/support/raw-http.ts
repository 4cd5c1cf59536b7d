import { connect, type Socket } from 'node:net'

/** What came back for bytes that no HTTP client would send. */
export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  status: number
  text: string
}

/** A connection that sends exactly these bytes. */
export function openRaw(url: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  // A reset is an answer too; whoever listens sees the end of it.
  socket.on('error', () => socket.destroy())
  return socket
}

/** Sends bytes and reads until the gate closes, or until it has been silent for a while. */
export function exchange(
  url: string,
  bytes: string | Uint8Array | readonly (string | Uint8Array)[],
  silence = 250,
): Promise<RawAnswer> {
  return new Promise(resolve => {
    const socket = openRaw(url)
    let text = ''
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text })
    }
    let timer = setTimeout(finish, 2_000)
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      clearTimeout(timer)
      timer = setTimeout(finish, silence)
    })
    socket.on('close', finish)
    for (const part of Array.isArray(bytes) ? bytes : [bytes]) socket.write(part)
  })
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
