import { request } from './raw-http.ts'

/** A phone's browser in plain HTTP: keeps cookies, follows what the page's forms and script do. */
export class Phone {
  readonly #cookies = new Map<string, string>()
  readonly #headers: Record<string, string>
  readonly url: string

  /** @param cookies `name=value`, which this browser has from before. */
  constructor(url: string, headers: Record<string, string> = {}, cookies: string[] = []) {
    this.url = url
    for (const cookie of cookies) this.#keepLine(cookie)
    this.#headers = { 'user-agent': 'Mozilla/5.0 (Linux; Android 16) Mobile', ...headers }
  }

  /** The same browser, going to another address. */
  at(url: string): Phone {
    const phone = new Phone(url, { origin: this.url, ...this.#headers })
    for (const [name, value] of this.#cookies) phone.#cookies.set(name, value)
    return phone
  }

  /** A browser that has these cookies besides. @param cookies `name=value`. */
  with(...cookies: string[]): Phone {
    return new Phone(this.url, this.#headers, [...this.cookies.split('; '), ...cookies])
  }

  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async get(path: string, accept = 'text/html', method = 'GET', more = {}): Promise<Response> {
    const headers = { ...this.#headers, cookie: this.cookies, accept, ...more }
    const answer = await fetch(this.url + path, { method, headers, redirect: 'manual' })
    this.#keep(answer)
    return answer
  }

  /** What the form or the script sends. */
  async post(path: string, fields: Record<string, string>, accept = 'application/json') {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: this.url, ...this.#headers, cookie: this.cookies, accept },
      body: new URLSearchParams(fields),
    })
    this.#keep(answer)
    return answer
  }

  /** The same as bytes, for whoever has to know when they are sent. */
  bytes(path: string, fields: Record<string, string>): string {
    const body = `${new URLSearchParams(fields)}`
    const headers = {
      origin: this.url,
      cookie: this.cookies,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': `${body.length}`,
    }
    return request(this.url, `POST ${path}`, headers, body)
  }

  /** Opens what a QR holds. */
  async open(
    frameUrl: string,
  ): Promise<{ status: number; page: string; id: string; receipt: string }> {
    const answer = await this.get(new URL(frameUrl).pathname)
    const page = await answer.text()
    const receipt = /name="receipt" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const id = /\/s\/([0-9a-f-]{36})/.exec(page)?.[1] ?? ''
    return { status: answer.status, page, id, receipt }
  }

  /** Opens a QR's address and commits the scan, as the page's script does. */
  async scan(frameUrl: string): Promise<{ id: string; answer: Response }> {
    const { id, receipt, status, page } = await this.open(frameUrl)
    if (receipt === '') throw new Error(`no receipt on the page: ${status} ${page.slice(-400)}`)
    return { id, answer: await this.post(`/s/${id}/scan`, { receipt }) }
  }

  signIn(id: string, account: string, password: string, receipt = ''): Promise<Response> {
    return this.post(`/s/${id}/sign-in`, { account, password, receipt })
  }

  /** By one tap, as a phone that is remembered. */
  approve(id: string, receipt = ''): Promise<Response> {
    return this.post(`/s/${id}/approve`, { receipt })
  }

  signUp(id: string, account: string, name: string, password: string): Promise<Response> {
    return this.post(`/s/${id}/sign-up`, { account, name, password })
  }

  deny(id: string): Promise<Response> {
    return this.post(`/s/${id}/deny`, {})
  }

  async state(id: string): Promise<{ status: number; body: { state?: string; code?: string } }> {
    const answer = await this.get(`/s/${id}`, 'application/json')
    return { status: answer.status, body: (await answer.json()) as { state?: string } }
  }

  #keep(answer: Response): void {
    for (const line of answer.headers.getSetCookie()) this.#keepLine(line)
  }

  #keepLine(line: string): void {
    const [name, value] = line.split(';')[0]?.split(/=(.*)/s) ?? []
    if (name) this.#cookies.set(name, value ?? '')
  }
}
