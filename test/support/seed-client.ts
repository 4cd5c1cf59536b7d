import assert from 'node:assert/strict'
import { WebSocket } from 'ws'

/** A client written for the seed: knows its four routes and nothing else of QRGate. */
export class SeedClient {
  readonly url: string
  readonly #headers: Record<string, string>

  constructor(url: string, headers: Record<string, string> = {}) {
    this.url = url
    this.#headers = headers
  }

  async start(): Promise<string> {
    const answer = await fetch(`${this.url}/api/qr/start`, { headers: this.#headers })
    const { token, success } = (await answer.json()) as { token: string; success: boolean }
    if (answer.status !== 200 || !success) throw new Error(`start: ${answer.status}`)
    return token
  }

  auth(token: string, id: string, pwd: string): Promise<Response> {
    return fetch(`${this.url}/api/qr/auth/${encodeURIComponent(token)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#headers },
      body: JSON.stringify({ id, pwd }),
    })
  }

  /** Signs in; with a token of its own where none is given. */
  async signIn(id: string, pwd: string, token?: string): Promise<Response> {
    return this.auth(token ?? (await this.start()), id, pwd)
  }

  insert(id: string, pwd: string, method = 'POST'): Promise<Response> {
    const query = new URLSearchParams({ user_id: id, user_pwd: pwd })
    return fetch(`${this.url}/api/test/insert?${query}`, { method, headers: this.#headers })
  }

  listen(token: string): SeedSocket {
    return new SeedSocket(this.url, token, this.#headers)
  }
}

/** The seed's waiting screen. */
export class SeedSocket {
  readonly heard: string[] = []
  /** The handshake's answer: 101 where it was let in. */
  readonly status: Promise<number>
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #socket: WebSocket

  constructor(url: string, token: string, headers: Record<string, string> = {}) {
    const path = `/api/qr/ws/loading/${encodeURIComponent(token)}`
    const socket = new WebSocket(url.replace(/^http/, 'ws') + path, { headers })
    this.#socket = socket
    this.status = new Promise((resolve, reject) => {
      socket.on('open', () => resolve(101))
      socket.on('unexpected-response', (_request, answer) => {
        resolve(answer.statusCode ?? 0)
        answer.resume()
        socket.terminate()
      })
      socket.on('error', reject)
    })
    socket.on('message', data => this.heard.push(data.toString()))
    this.closed = new Promise(resolve => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  cut(): void {
    this.#socket.terminate()
  }

  /** The connection is lost without a word: the gate is not told, and nothing is answered any more. */
  vanish(): void {
    this.#socket.pause()
  }
}

/** What a screen is told in the end that comes back whenever it is sent away, and is let in each time. */
export async function untilTold(client: SeedClient, token: string): Promise<string[]> {
  for (;;) {
    const screen = client.listen(token)
    assert.equal(await screen.status, 101)
    const { code } = await screen.closed
    if (code === 1000) return screen.heard
    assert.equal(code, 1013)
  }
}
