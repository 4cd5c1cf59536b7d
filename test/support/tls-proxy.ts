import { Agent, type IncomingMessage, request } from 'node:http'
import { createServer } from 'node:https'
import { connect } from 'node:net'
import { selfSigned, trust } from './certificate.ts'
import { freePort, type Scope } from './gate.ts'

/** What stands before several nodes: ends TLS, and goes on to the next node when one is gone. */
export interface TlsProxy {
  url: string
  /** The nodes in the order in which they are tried. */
  nodes: string[]
  /** What becomes of X-Forwarded-For; anew is right. */
  forwarded: 'anew' | 'added' | 'passed' | 'none'
  /** Whether it passes WebSockets. */
  upgrades: boolean
}

/** A connection for each request: one that is kept may be closed by its node as it is used again. */
const agent = new Agent({ keepAlive: false })

export async function startTlsProxy(t: Scope, host: string, port?: number): Promise<TlsProxy> {
  const certificate = selfSigned(t, host)
  // From here on this process trusts it, as an operator's machines trust a house's own authority.
  trust(certificate)

  const listening = port ?? (await freePort())
  const proxy: TlsProxy = {
    url: `https://${host}:${listening}`,
    nodes: [],
    forwarded: 'anew',
    upgrades: true,
  }
  const server = createServer(certificate)
  // A connection that it closes after a while may be the one that a slow client is about to use.
  server.keepAliveTimeout = 0

  server.on('request', (incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', chunk => chunks.push(chunk))
    incoming.on('end', () => forward(0))
    const forward = (attempt: number) => {
      const node = proxy.nodes[attempt]
      if (node === undefined) {
        outgoing.writeHead(502).end()
        return
      }
      const { hostname, port: nodePort } = new URL(node)
      const { 'x-forwarded-for': _, ...others } = incoming.headers
      const headers = {
        ...others,
        ...forwardedFor(proxy, incoming),
        'x-forwarded-proto': 'https',
        connection: 'close',
      }
      const { method, url: path } = incoming
      const to = { agent, hostname, port: nodePort, method, path, headers }
      const passed = request(to, answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      // A node that refuses the connection has seen nothing of the request.
      passed.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') forward(attempt + 1)
        else outgoing.destroy()
      })
      passed.end(Buffer.concat(chunks))
    }
  })

  server.on('upgrade', (incoming, socket, head) => {
    if (!proxy.upgrades) {
      socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
      return
    }
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
    for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
      lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}`)
    }
    const forward = (attempt: number) => {
      const node = proxy.nodes[attempt]
      if (node === undefined) {
        socket.destroy()
        return
      }
      const { hostname, port: nodePort } = new URL(node)
      const upstream = connect(Number(nodePort), hostname)
      upstream.on('connect', () => {
        upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
        upstream.write(head)
        upstream.pipe(socket).pipe(upstream)
        upstream.on('close', () => socket.destroy())
      })
      upstream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') forward(attempt + 1)
        else socket.destroy()
      })
      socket.on('error', () => upstream.destroy())
      socket.on('close', () => upstream.destroy())
    }
    forward(0)
  })

  await new Promise<void>(resolve => server.listen(listening, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return proxy
}

function forwardedFor({ forwarded }: TlsProxy, { headers, socket }: IncomingMessage) {
  const { remoteAddress = '' } = socket
  const said = headers['x-forwarded-for']
  const added = said === undefined ? remoteAddress : `${said}, ${remoteAddress}`
  const value = { anew: remoteAddress, added, passed: said, none: undefined }[forwarded]
  return value === undefined ? {} : { 'x-forwarded-for': value }
}
