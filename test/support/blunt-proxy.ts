import { createServer, request } from 'node:http'
import type { TestContext } from 'node:test'
import { freePort } from './gate.ts'

export interface BluntProxy {
  url: string
  /** Upgrades it has refused so far. */
  refused(): number
}

/** A proxy of an older kind: it passes plain HTTP on and knows nothing of upgrades. */
export async function startBluntProxy(t: TestContext, gate: string): Promise<BluntProxy> {
  const { hostname, port } = new URL(gate)
  let refused = 0
  const proxy = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const onward = request({ hostname, port, method, path, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  proxy.on('upgrade', (_request, socket) => {
    refused += 1
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
  })
  const own = await freePort()
  await new Promise<void>(resolve => proxy.listen(own, '127.0.0.1', resolve))
  t.after(() => {
    proxy.close()
    proxy.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${own}`, refused: () => refused }
}
