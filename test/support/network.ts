import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort, type Scope } from './gate.ts'

/** What becomes of what one side says: it arrives, arrives later, or arrives never and nobody is told. */
export type Way = { delayMs: number } | 'lost'

interface Connection {
  near: Socket
  far: Socket
  /** Of this connection alone; else the network's. */
  way: Way | undefined
  /** After so many bytes more from the far side both ends are cut off. */
  cutAfter: number
}

/** A network before one server, which can be slow, forget connections, or break. */
export class Network {
  readonly port: number
  /** For what is said from now on. */
  toServer: Way = { delayMs: 0 }
  fromServer: Way = { delayMs: 0 }
  /** Whether new connections get through; if not, nobody hears of them: as behind a firewall that drops. */
  opens = true
  /** How many connections have been made through it. */
  made = 0
  /** How often something was said that was lost. */
  lost = 0
  /** Called with what is said to the server, before it is passed on. */
  hears: (said: Buffer) => void = () => {}
  /** The port that new connections go to. */
  target: number
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  readonly #held = new Set<Socket>()

  private constructor(port: number, target: number) {
    this.port = port
    this.target = target
    this.#server = createServer({ allowHalfOpen: true }, near => this.#accept(near))
  }

  /** @param target the port of the server on this machine. */
  static async before(t: Scope, target: number): Promise<Network> {
    const network = new Network(await freePort(), target)
    await new Promise<void>(resolve => network.#server.listen(network.port, '127.0.0.1', resolve))
    t.after(() => {
      network.#server.close()
      network.cut()
    })
    return network
  }

  /** The same address by way of this network. */
  address(url: string): string {
    const through = new URL(url)
    through.port = `${this.port}`
    return through.href
  }

  /** All goes well again for what is made from now on, and for what was not forgotten. */
  heal(): void {
    this.toServer = { delayMs: 0 }
    this.fromServer = { delayMs: 0 }
    this.opens = true
  }

  /** Nothing gets through, and nobody is told: neither old connections nor new ones. */
  blackHole(): void {
    this.toServer = 'lost'
    this.fromServer = 'lost'
    this.opens = false
  }

  /** A firewall forgets the connections that there are; new ones are well. */
  forget(): void {
    for (const connection of this.#connections) connection.way = 'lost'
  }

  /** Both ends of all connections are cut off at once. */
  cut(): void {
    for (const { near, far } of this.#connections) reset(near, far)
    for (const near of this.#held) near.destroy()
  }

  /** The same once the server has said so many bytes more on each. */
  cutAfter(bytes: number): void {
    for (const connection of this.#connections) connection.cutAfter = bytes
  }

  /** The server's side says that it is at its end, and hears on. */
  halfClose(): void {
    for (const { near } of this.#connections) near.end()
  }

  #accept(near: Socket): void {
    near.on('error', () => {})
    if (!this.opens) {
      this.#held.add(near)
      near.on('close', () => this.#held.delete(near))
      return
    }
    this.made += 1
    const far = connect({ port: this.target, host: '127.0.0.1', allowHalfOpen: true })
    const connection: Connection = { near, far, way: undefined, cutAfter: Number.POSITIVE_INFINITY }
    this.#connections.add(connection)
    this.#carry(connection, near, far, () => connection.way ?? this.toServer)
    this.#carry(connection, far, near, () => connection.way ?? this.fromServer)
  }

  #carry(connection: Connection, from: Socket, to: Socket, way: () => Way): void {
    const { near, far } = connection
    const waiting: (() => void)[] = []
    /** Later, and in order, whatever the delay is by then; what is lost is lost. */
    const later = (pass: () => void) => {
      const now = way()
      if (now === 'lost') return
      if (now.delayMs === 0 && waiting.length === 0) return pass()
      waiting.push(pass)
      setTimeout(() => waiting.shift()?.(), now.delayMs)
    }
    from.on('data', chunk => {
      if (way() === 'lost') this.lost += 1
      if (from === near) this.hears(chunk)
      later(() => {
        if (from === far && chunk.length >= connection.cutAfter) {
          to.write(chunk.subarray(0, connection.cutAfter), () => reset(near, far))
          return
        }
        if (from === far) connection.cutAfter -= chunk.length
        if (to.writable) to.write(chunk)
      })
    })
    from.on('end', () => later(() => to.end()))
    from.on('error', () => later(() => to.destroy()))
    from.on('close', () => {
      later(() => to.destroy())
      this.#connections.delete(connection)
      if (way() === 'lost') this.#held.add(to)
    })
  }
}

function reset(...sockets: Socket[]): void {
  for (const socket of sockets) {
    // Node never gets rid of a connection that is reset after its end was said: the process stays for ever.
    if (socket.writableEnded) socket.destroy()
    else socket.resetAndDestroy()
  }
}
