import type { StartAnswer } from '@qrgate/sdk/protocol'
import { WebSocket } from 'ws'
import { Backoff } from '../../sdk/src/backoff.ts'
import { pause } from '../../test/support/patience.ts'

const atOnce = 64

/** A waiting kiosk that comes back as the SDK does, as long as it is wanted. */
export class WaitingKiosk {
  readonly #address: string
  readonly #greeting: string
  #socket: WebSocket | undefined
  readonly #backoff = new Backoff()
  #isWanted = true
  #onHeard: () => void = () => {}

  /** @param greeting what it says once it is connected; it waits for one message in answer. */
  constructor(address: string, greeting: string) {
    this.#address = address
    this.#greeting = greeting
  }

  /** Resolves as soon as it was answered once more. */
  heard(): Promise<void> {
    return new Promise(resolve => {
      this.#onHeard = resolve
    })
  }

  connect(): void {
    if (!this.#isWanted) return
    const socket = new WebSocket(this.#address, { perMessageDeflate: false })
    this.#socket = socket
    socket.on('open', () => socket.send(this.#greeting))
    socket.on('message', () => {
      this.#backoff.reset()
      this.#onHeard()
    })
    socket.on('error', () => {})
    socket.on('close', async () => {
      await pause(this.#backoff.next())
      this.connect()
    })
  }

  leave(): void {
    this.#isWanted = false
    this.#socket?.terminate()
  }
}

/** Connects them, some at a time, and waits until each was answered. */
export async function connectAll(kiosks: readonly WaitingKiosk[]): Promise<void> {
  await someAtOnce(kiosks, async kiosk => {
    const heard = kiosk.heard()
    kiosk.connect()
    await heard
  })
}

export async function someAtOnce<T>(all: readonly T[], work: (one: T) => Promise<unknown>) {
  const left = all.values()
  const next = async () => {
    for (const one of left) await work(one)
  }
  await Promise.all(Array.from({ length: atOnce }, next))
}

export function kioskOf(socketUrl: string, { id, kiosk_secret }: StartAnswer): WaitingKiosk {
  return new WaitingKiosk(socketUrl, JSON.stringify({ type: 'watch', id, kiosk_secret }))
}
