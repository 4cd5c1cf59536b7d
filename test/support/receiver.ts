import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Claims, Localized } from '@qrgate/sdk/protocol'
import { Webhook } from 'standardwebhooks'
import type { Scope } from './gate.ts'
import { startReceiver } from './webhook-receiver.ts'

/** What has come to a client's endpoint, once its signature was found right. */
export interface Received {
  id: string
  type: string
  timestamp: string
  data: {
    id?: string
    service?: string
    kiosk?: { number: number; name: Localized }
    claims?: Claims
    language?: string
    reason?: string
    [field: string]: unknown
  }
}

export type Answer = (received: Received, response: ServerResponse) => unknown

/**
 * A client's system, as small as it can be: compares with what the standard's own library signs, and gives
 * numbers.
 */
export class Receiver {
  readonly received: Received[] = []
  /** Requests whose signature was wrong. */
  forged = 0
  /** By hand-off, in the order in which they were asked for. */
  readonly numbers = new Map<string, string>()
  /** How requests and notifications are answered. */
  answer: Answer = (received, response) => this.accept(received, response)
  #secrets: readonly string[] = []
  #port = 0

  static async start(t: Scope): Promise<Receiver> {
    const receiver = new Receiver()
    const answer = receiver.#answerTo.bind(receiver)
    receiver.#port = (await startReceiver(t, { answer })).port
    return receiver
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`
  }

  get url(): string {
    return `http://${this.host}/hooks`
  }

  trust(...secrets: readonly string[]): void {
    this.#secrets = secrets
  }

  of(type: string): Received[] {
    return this.received.filter(received => received.type === type)
  }

  /** The same number for the same hand-off, always. */
  accept({ id, type }: Received, response: ServerResponse): void {
    if (type !== 'hand_off.requested') {
      response.writeHead(204).end()
      return
    }
    if (!this.numbers.has(id)) this.numbers.set(id, `A-${this.numbers.size + 1}`)
    const number = this.numbers.get(id)
    const place = { name: { ko: '내과 2진료실', en: 'Room 2' } }
    response.end(JSON.stringify({ status: 'accepted', number, place, ahead: 3, wait_minutes: 12 }))
  }

  /** Keeps whoever asks for a number waiting. @returns gives it, as soon as somebody has asked. */
  hold(): () => Promise<void> {
    const accept = this.answer
    const { promise: asked, resolve } = Promise.withResolvers<() => void>()
    this.answer = (received, response) => {
      if (received.type === 'hand_off.requested') resolve(() => accept(received, response))
      else accept(received, response)
    }
    return async () => (await asked)()
  }

  #answerTo(request: IncomingMessage, response: ServerResponse, body: string): void {
    const headers = request.headers as Record<string, string>
    const id = headers['webhook-id'] ?? ''
    const at = new Date(Number(headers['webhook-timestamp']) * 1000)
    const signatures = headers['webhook-signature']?.split(' ') ?? []
    // Not by the library's `verify`: tests move the gate's clock further than five minutes.
    const isGood = this.#secrets.some(secret =>
      signatures.includes(new Webhook(secret).sign(id, at, body)),
    )
    if (!isGood) {
      this.forged += 1
      response.writeHead(401).end()
      return
    }
    const received = { id, ...JSON.parse(body) } as Received
    this.received.push(received)
    this.answer(received, response)
  }
}
