import type { StartAnswer } from '@qrgate/sdk/protocol'
import { WebSocket } from 'ws'
import { Backoff } from '../../sdk/src/backoff.ts'
import { pause } from '../../test/support/patience.ts'

const atOnce = 64
/** As the SDK: it pings where it has said nothing for so long, and every third time asks for frames instead. */
const saysEvery = 15_000

/** A waiting kiosk that comes back as the SDK does, as long as it is wanted. */
export class WaitingKiosk {
  readonly #address: string
  readonly #greeting: string
  readonly #says: readonly string[]
  #socket: WebSocket | undefined
  readonly #backoff = new Backoff()
  #isWanted = true
  #onHeard: () => void = () => {}

  /**
   * @param greeting what it says once it is connected; it waits for one message in answer.
   * @param says what it says while it waits, one after the other.
   */
  constructor(address: string, greeting: string, says: readonly string[] = []) {
    this.#says = says
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
    let said = 0
    let talking: NodeJS.Timeout | undefined
    const talk = () => socket.send(this.#says[said++ % this.#says.length] ?? '')
    socket.on('open', () => {
      socket.send(this.#greeting)
      if (this.#says.length > 0) talking = setInterval(talk, saysEvery)
    })
    socket.on('message', () => {
      this.#backoff.reset()
      this.#onHeard()
    })
    socket.on('error', () => {})
    socket.on('close', async () => {
      clearInterval(talking)
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
  const ping = JSON.stringify({ type: 'ping' })
  const frames = JSON.stringify({ type: 'frames', id, ask: 1 })
  const watch = JSON.stringify({ type: 'watch', id, kiosk_secret })
  return new WaitingKiosk(socketUrl, watch, [ping, ping, frames])
}
