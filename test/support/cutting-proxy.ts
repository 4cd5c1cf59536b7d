import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** Where a connection breaks: after so many bytes of what one side says. */
export interface Cut {
  of: 'request' | 'answer'
  after: number
}

/** A network that breaks connections at the byte; each request that counts takes the next of its cuts. */
export class CuttingProxy {
  /** What is left to break; requests beyond them pass. */
  readonly cuts: Cut[] = []
  /** Whether a request counts, by the first of it that comes. */
  counts: (request: string) => boolean = () => true
  /** How often it has broken a connection. */
  broken = 0
  readonly #server = createServer(socket => this.#carry(socket))
  #target = 0

  static async start(t: TestContext): Promise<CuttingProxy> {
    const proxy = new CuttingProxy()
    await new Promise<void>(resolve => proxy.#server.listen(0, '127.0.0.1', resolve))
    t.after(() => proxy.#server.close())
    return proxy
  }

  /** Where it leads to. */
  leadTo(url: string): void {
    this.#target = Number(new URL(url).port)
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get url(): string {
    return `http://${this.host}`
  }

  #carry(near: Socket): void {
    let cut: Cut | undefined
    const far = connect(this.#target, '127.0.0.1')
    let broken = false
    const end = () => {
      near.destroy()
      far.destroy()
    }
    const pass = (from: Socket, to: Socket, side: Cut['of']) => {
      let passed = 0
      from.on('data', chunk => {
        if (broken) return
        if (side === 'request' && passed === 0 && this.counts(`${chunk}`)) cut = this.cuts.shift()
        const left = cut?.of === side ? cut.after - passed : Number.POSITIVE_INFINITY
        passed += chunk.length
        if (chunk.length < left) {
          to.write(chunk)
          return
        }
        broken = true
        this.broken += 1
        // What came before the break has arrived.
        to.write(chunk.subarray(0, left), end)
      })
      from.on('error', end)
      from.on('close', () => !broken && to.end())
    }
    pass(near, far, 'request')
    pass(far, near, 'answer')
  }
}
