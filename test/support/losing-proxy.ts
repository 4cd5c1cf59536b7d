import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A network that carries every request, and loses answers while a test says so. */
export interface LosingProxy {
  url: string
  /** Whether the answer to a request with this method is lost. */
  loses(method: string): boolean
  /** How many it has lost. */
  lost: number
  /** The methods of all whose answer has arrived. */
  answered: string[]
}

export async function startLosingProxy(t: TestContext, target: string): Promise<LosingProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const onward = request(new URL(url, target), { method, headers }, answer => {
      if (!proxy.loses(method)) {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
        proxy.answered.push(method)
        return
      }
      answer.resume()
      proxy.lost += 1
      outgoing.destroy()
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const proxy: LosingProxy = { url, loses: () => false, lost: 0, answered: [] }
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return proxy
}
