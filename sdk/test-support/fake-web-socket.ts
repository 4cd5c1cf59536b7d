import type { GateMessage, KioskMessage } from '../src/protocol.ts'

/** A web socket for tests, whose other end is the test. */
export class FakeWebSocket {
  static made: FakeWebSocket[] = []

  static get last(): FakeWebSocket {
    const last = FakeWebSocket.made.at(-1)
    if (!last) throw new Error('no socket was opened')
    return last
  }

  readonly url: string
  readonly sent: KioskMessage[] = []
  readyState = 0
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: (() => void) | null = null

  constructor(url: string) {
    this.url = url
    FakeWebSocket.made.push(this)
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as KioskMessage)
  }

  close(): void {
    this.readyState = 3
  }

  opens(): void {
    this.readyState = 1
    this.onopen?.()
  }

  sends(message: GateMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  drops(code = 1006, reason = ''): void {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }
}
