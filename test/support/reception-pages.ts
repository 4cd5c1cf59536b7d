import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { BoardCall, BoardState, DaySummary } from '../../reception/src/wire.ts'

const pages = fileURLToPath(new URL('../../reception/', import.meta.url))
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types lit-html"
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
let built: Promise<unknown> | undefined

/** The pages of reception as they are built, told by a test what to show. */
export class ReceptionPages {
  /** Absent: this browser was not opened as a desk. */
  summary: ((day: string | null) => DaySummary) | undefined
  readonly #streams = new Set<ServerResponse>()
  #isAway = false
  #state: BoardState = {
    now: Date.UTC(2026, 10, 29, 1, 24),
    site: { ko: '서울내과의원', en: 'Seoul Clinic' },
    time_zone: 'Asia/Seoul',
    calls: [],
    waiting: 3,
  }
  readonly url: string

  private constructor(t: TestContext, port: number, server: ReturnType<typeof createServer>) {
    this.url = `http://127.0.0.1:${port}/reception`
    server.on('request', ({ url = '' }, response) => void this.#answer(url, response))
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
  }

  static async start(t: TestContext): Promise<ReceptionPages> {
    // `npm test` has built them. Built anew here, they would be gone for a moment under other files' tests.
    if (!existsSync(`${pages}public/board.html`)) {
      built ??= build({ configFile: `${pages}pages/vite.config.ts`, logLevel: 'warn' })
      await built
    }
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return new ReceptionPages(t, (server.address() as AddressInfo).port, server)
  }

  /** Who is called now, the newest first. */
  calls(...calls: BoardCall[]): void {
    this.#state = { ...this.#state, calls }
    for (const stream of this.#streams) this.#tell(stream)
  }

  /** The stream is cut, and refused until it is back. */
  away(isAway: boolean): void {
    this.#isAway = isAway
    if (isAway) for (const stream of this.#streams) stream.destroy()
  }

  #tell(stream: ServerResponse): void {
    stream.write(`data: ${JSON.stringify(this.#state)}\n\n`)
  }

  async #answer(url: string, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(url, this.url)
    const path = pathname.replace('/reception', '')
    response.setHeader('content-security-policy', policy)
    if (path === '/board/live') {
      if (this.#isAway) return void response.writeHead(503).end()
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      this.#streams.add(response)
      response.on('close', () => this.#streams.delete(response))
      return this.#tell(response)
    }
    if (path === '/day/summary') {
      const summary = this.summary?.(searchParams.get('day'))
      response.writeHead(summary ? 200 : 401, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify(summary ?? { code: 'no_desk', message: '' }))
    }
    const file = extname(path) ? path : `${path}.html`
    const content = await readFile(`${pages}public${file}`).catch(() => undefined)
    if (!content) return void response.writeHead(404).end()
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
    response.end(content)
  }
}
