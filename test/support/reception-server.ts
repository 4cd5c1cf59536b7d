import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Writable } from 'node:stream'
import { createReception } from '@qrgate/reception'
import pino from 'pino'
import { Webhook } from 'standardwebhooks'
import { freePort, type Scope, temporaryFolder } from './gate.ts'

export const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
export const nextSecret = 'whsec_plJ3nmyCDGBKInavdOK15jsl6Am2wKLr'
export const credential = 'iXb3Oq-the-credential-that-reception-has_0'

/** Whom nobody but a desk may hear of. */
export const patient = { masked_name: '홍*동', external_id: 'P-0042-7731' }

export interface Asking {
  cookie?: string | undefined
  /** Reception's own unless said otherwise; `undefined`: none is sent. */
  origin?: string | undefined
  headers?: Record<string, string>
  /** Sent as JSON, but for a text, which is sent as it is. */
  body?: unknown
}

export interface Answered {
  status: number
  /** All of it: status line's words, headers and body. */
  whole: string
  body: string
  code: string | undefined
  setCookie: string | undefined
}

export interface Signing {
  id?: string
  secrets?: readonly string[]
  at?: Date
  /** Instead of the signature. */
  signature?: string
}

export type ReceptionServer = Awaited<ReturnType<typeof startReceptionServer>>

/**
 * Reception by itself. Its gate is away: a test signs what that would send, as the standard's own library
 * does, and moves reception's clock.
 */
export async function startReceptionServer(t: Scope, base: '' | '/reception' = '') {
  const dataDir = temporaryFolder(t)
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  let now = Date.UTC(2026, 10, 30, 1)
  const reception = await createReception({
    gate: `http://127.0.0.1:${await freePort()}`,
    ...{ credential, webhookSecrets: [webhookSecret, nextSecret], dataDir, base },
    publicUrl: 'http://localhost',
    clock: () => now,
    logger: pino({ level: 'trace' }, sink),
  })
  const origin = await reception.listen({ host: '127.0.0.1', port: 0 })
  await reception.start()
  t.after(() => reception.close())

  /** The path goes out as it stands here. */
  function ask(method: string, path: string, asking: Asking = {}): Promise<Answered> {
    const { cookie } = asking
    const body =
      asking.body === undefined || typeof asking.body === 'string'
        ? asking.body
        : JSON.stringify(asking.body)
    const from = 'origin' in asking ? asking.origin : origin
    const headers = {
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': `${Buffer.byteLength(body)}`,
      }),
      ...(cookie !== undefined && { cookie: `qrgate-desk=${cookie}` }),
      ...(from !== undefined && { origin: from }),
      ...asking.headers,
    }
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(origin)
      const sent = request({ hostname, port, path, method, headers, agent: false }, response => {
        let text = ''
        const { statusCode = 0, rawHeaders, headers } = response
        const isStream = headers['content-type'] === 'text/event-stream'
        const told = () => {
          const code = /"code":"(\w+)"/.exec(text)?.[1]
          const setCookie = headers['set-cookie']?.[0]
          resolve({
            ...{ status: statusCode, whole: `${rawHeaders.join('\n')}\n${text}`, body: text },
            ...{ code, setCookie },
          })
        }
        response.setEncoding('utf8').on('data', chunk => {
          text += chunk
          // A stream has no end; its first state is its answer.
          if (!isStream || !text.includes('\n\n')) return
          told()
          sent.destroy()
        })
        response.on('end', told)
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  /** A browser that a link has opened. @returns its cookie's value. */
  async function openDesk(): Promise<string> {
    const { setCookie } = await ask('POST', `${base}/desk/session`, {
      body: { link: await link() },
    })
    return /^qrgate-desk=([^;]+)/.exec(setCookie ?? '')?.[1] ?? ''
  }
  async function link(): Promise<string> {
    return (await reception.deskLink()).split('#link=')[1] ?? ''
  }

  /** What a gate sends: a message, or bytes as they stand here. */
  function webhook(message: unknown, signing: Signing = {}): Promise<Answered> {
    const { id = randomUUID(), secrets = [webhookSecret], at = new Date() } = signing
    const body = typeof message === 'string' ? message : JSON.stringify(message)
    const signatures = secrets.map(secret => new Webhook(secret).sign(id, at, body))
    return ask('POST', `${base}/webhook`, {
      body,
      origin: undefined,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
        'webhook-signature': signing.signature ?? signatures.join(' '),
      },
    })
  }
  /** Somebody comes with a phone. @returns the hand-off's id. */
  async function arrives(service = 'consultation', claims: object = patient): Promise<string> {
    const id = randomUUID()
    await webhook({ type: 'hand_off.requested', data: { id, service, claims } }, { id })
    return id
  }

  /** Every row, to see whether anything was changed. */
  function rows(): string {
    const db = new DatabaseSync(join(dataDir, 'reception.sqlite'), { readOnly: true })
    const tables = ['arrivals', 'calls', 'closed_services', 'staff_calls']
    const all = tables.map(table => db.prepare(`SELECT * FROM ${table}`).all())
    db.close()
    // What the gate was told, and tries of it, are reception's own matter.
    return JSON.stringify(all, (name, value) => {
      return name === 'told' || name === 'unsettled' ? undefined : value
    })
  }

  /** A page that listens: all that it has heard, until it is cut. */
  async function listen(path: string, cookie?: string) {
    const headers = cookie === undefined ? {} : { cookie: `qrgate-desk=${cookie}` }
    const aborted = new AbortController()
    t.after(() => aborted.abort())
    const answer = await fetch(origin + base + path, { headers, signal: aborted.signal })
    const heard = { status: answer.status, text: '', isCut: false, leave: () => aborted.abort() }
    const decoder = new TextDecoder()
    void (async () => {
      for await (const chunk of answer.body ?? [])
        heard.text += decoder.decode(chunk, { stream: true })
    })()
      .catch(() => {})
      .then(() => {
        heard.isCut = true
      })
    return heard
  }

  return {
    ...{ ask, openDesk, link, webhook, arrives, rows, listen, dataDir, base },
    url: origin,
    passTime(ms: number) {
      now += ms
    },
    log: () => lines.join(''),
    /** The desk does something, rightly. */
    act: (cookie: string, action: string, body: object) =>
      ask('POST', `${base}/desk/${action}`, { cookie, body }),
  }
}
