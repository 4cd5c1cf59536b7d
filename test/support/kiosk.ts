import type {
  ClaimAnswer,
  GateMessage,
  KioskMessage,
  PollAnswer,
  SignInState,
  SignInView,
  StartAnswer,
} from '@qrgate/sdk/protocol'
import { paths } from '@qrgate/sdk/protocol'
import { WebSocket } from 'ws'

/** A kiosk in plain HTTP and WebSocket: what any integrator could write from the docs. */
export class Kiosk {
  readonly url: string
  readonly #credential: string | undefined
  readonly #headers: Record<string, string>

  /**
   * @param credential what an enrolled kiosk's backend starts with; a demo asks for none.
   * @param headers what a proxy before the gate adds.
   */
  constructor(url: string, credential?: string, headers: Record<string, string> = {}) {
    this.url = url
    this.#credential = credential
    this.#headers = headers
  }

  /** The same kiosk, going to another address. */
  at(url: string): Kiosk {
    return new Kiosk(url, this.#credential, this.#headers)
  }

  tryStart(): Promise<Response> {
    const bearer = this.#credential && { authorization: `Bearer ${this.#credential}` }
    const headers = { ...this.#headers, ...bearer }
    return fetch(this.url + paths.signIns, { method: 'POST', headers })
  }

  async start(): Promise<StartAnswer> {
    const answer = await this.tryStart()
    if (answer.status !== 201) throw new Error(`start: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as StartAnswer
  }

  post(path: string, secret: string, body?: unknown): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: {
        ...this.#headers,
        authorization: `Bearer ${secret}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }

  claim({ id, kiosk_secret }: StartAnswer): Promise<Response> {
    return this.post(paths.claim(id), kiosk_secret)
  }

  async claimed(signIn: StartAnswer): Promise<ClaimAnswer> {
    const answer = await this.claim(signIn)
    if (answer.status !== 200) throw new Error(`claim: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as ClaimAnswer
  }

  cancel({ id, kiosk_secret }: StartAnswer, reason = 'kiosk'): Promise<Response> {
    return this.post(paths.cancel(id), kiosk_secret, { reason })
  }

  async view({ id, kiosk_secret }: StartAnswer): Promise<SignInView> {
    const headers = { ...this.#headers, authorization: `Bearer ${kiosk_secret}` }
    return (await (await fetch(this.url + paths.signIn(id), { headers })).json()) as SignInView
  }

  /** The address in the QR of this moment. */
  async frame({ id, kiosk_secret }: StartAnswer): Promise<string> {
    const headers = { ...this.#headers, authorization: `Bearer ${kiosk_secret}` }
    const answer = await fetch(`${this.url + paths.signIn(id)}?frames=1`, { headers })
    const { frames } = (await answer.json()) as PollAnswer
    const [now] = frames ?? []
    if (!now) throw new Error(`no frames: ${answer.status}`)
    return now.url
  }

  /** The socket of this kiosk's own page. @param origin the public one. */
  openPage(origin: string): Promise<KioskSocket> {
    if (this.#credential === undefined)
      throw new Error('only an enrolled kiosk has a page of its own')
    return KioskSocket.openPage(this.url, this.#credential, origin)
  }

  /** A stranger's socket, which comes from where this kiosk is. */
  openSocket(): Promise<KioskSocket> {
    return KioskSocket.open(this.url, this.#headers)
  }

  /** A socket that watches the given sign-ins. */
  async watch(...signIns: (Pick<StartAnswer, 'id' | 'kiosk_secret'> & { renew?: boolean })[]) {
    const socket = await KioskSocket.open(this.url)
    for (const { id, kiosk_secret, renew } of signIns) {
      socket.say({ type: 'watch', id, kiosk_secret, ...(renew && { renew }) })
    }
    return socket
  }
}

export class KioskSocket {
  readonly heard: GateMessage[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #socket: WebSocket
  #wake: (() => void)[] = []

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', data => {
      this.heard.push(JSON.parse(data.toString()) as GateMessage)
      for (const wake of this.#wake.splice(0)) wake()
    })
    this.closed = new Promise(resolve => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() })
        for (const wake of this.#wake.splice(0)) wake()
      })
    })
  }

  static open(url: string, headers: Record<string, string> = {}, query = ''): Promise<KioskSocket> {
    const socket = new WebSocket(url.replace(/^http/, 'ws') + paths.kiosk + query, { headers })
    const kiosk = new KioskSocket(socket)
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(kiosk))
      socket.on('error', reject)
    })
  }

  say(message: KioskMessage): void {
    this.#socket.send(JSON.stringify(message))
  }

  sayRaw(data: string | Uint8Array): void {
    this.#socket.send(data)
  }

  /**
   * The socket of an enrolled kiosk's own page.
   * @param origin the public one, where the page itself goes to another address.
   */
  static openPage(url: string, credential: string, origin = url): Promise<KioskSocket> {
    const name = origin.startsWith('https:') ? '__Host-qrgate-kiosk' : 'qrgate-kiosk'
    return KioskSocket.open(url, { cookie: `${name}=${credential}`, origin })
  }

  /** The gate has asked whether this socket is still there; the answer is on its way. */
  pinged(): Promise<void> {
    return new Promise(resolve => this.#socket.once('ping', () => resolve()))
  }

  /** Cuts the connection without a close handshake. */
  cut(): void {
    this.#socket.terminate()
  }

  /** The first message, heard already or yet to come, that fits. */
  async until<T extends GateMessage>(fits: (message: GateMessage) => message is T): Promise<T>
  async until(fits: (message: GateMessage) => boolean): Promise<GateMessage>
  async until(fits: (message: GateMessage) => boolean): Promise<GateMessage> {
    for (;;) {
      const found = this.heard.find(fits)
      if (found) return found
      if (this.#socket.readyState >= WebSocket.CLOSING) {
        const { code, reason } = await this.closed
        throw new Error(`the socket closed: ${code} ${reason}`)
      }
      await new Promise<void>(resolve => this.#wake.push(resolve))
    }
  }

  state(id: string, state: SignInState): Promise<GateMessage> {
    return this.until(m => m.type === 'state' && m.id === id && m.state === state)
  }
}
