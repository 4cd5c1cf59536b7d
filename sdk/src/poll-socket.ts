import type { Client } from './client.ts'
import { type Clock, pause } from './clock.ts'
import { GateError } from './gate-error.ts'
import { finalStates, type GateMessage, type KioskMessage, type SignInState } from './protocol.ts'
import { retry } from './retry.ts'

/** The gate answers no later, so that no proxy takes a quiet poll for a dead one. */
const waitSeconds = 25
/** A gate that answers early with nothing new is not asked again at once. */
const paceMs = 1_000
/** The next QR stands this long before the present one runs out. */
const renewBeforeMs = 30_000

type Watch = Extract<KioskMessage, { type: 'watch' }>

interface Followed {
  readonly secret: string
  readonly life: AbortController
  state?: SignInState
}

/**
 * The kiosk socket's messages over plain HTTP, for networks whose proxies refuse upgrades.
 *
 * To its user it is a WebSocket. A watch is a chain of long polls; frames and pings are short ones
 * beside it, so that their round trip is known. A poll without an answer closes it.
 */
export class PollSocket {
  readyState = 0
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: (() => void) | null = null
  readonly #client: Pick<Client, 'view' | 'start'>
  readonly #clock: Clock
  readonly #followed = new Map<string, Followed>()

  constructor(client: Pick<Client, 'view' | 'start'>, clock: Clock) {
    this.#client = client
    this.#clock = clock
    queueMicrotask(() => {
      if (this.readyState > 0) return
      this.readyState = 1
      this.onopen?.()
    })
  }

  send(text: string): void {
    const message = JSON.parse(text) as KioskMessage
    if (message.type === 'watch') void this.#follow(message)
    else void this.#ask(message)
  }

  /** Over a WebSocket the gate may go on sending what nobody watches; a poll would cost a request. */
  forget(id: string): void {
    this.#followed.get(id)?.life.abort()
    this.#followed.delete(id)
  }

  close(): void {
    this.readyState = 3
    for (const id of [...this.#followed.keys()]) this.forget(id)
  }

  async #follow({ id, kiosk_secret: secret, renew }: Watch): Promise<void> {
    this.forget(id)
    const followed: Followed = { secret, life: new AbortController() }
    const { signal } = followed.life
    this.#followed.set(id, followed)
    let since = -1
    try {
      while (true) {
        const asked = this.#clock.now()
        const view = await this.#client.view(id, secret, { since, wait: waitSeconds, signal })
        signal.throwIfAborted()
        if (renew && since < 0) void this.#renew(id, view.expires_in_ms, followed)
        followed.state = view.state
        this.#emit({ type: 'state', ...view })
        if (finalStates.has(view.state)) return this.forget(id)
        const early = view.seq <= since && this.#clock.now() - asked < paceMs
        if (early) await pause(this.#clock, paceMs, signal)
        since = view.seq
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(id, error)
    }
  }

  async #ask(message: Exclude<KioskMessage, Watch>): Promise<void> {
    const id = 'id' in message ? message.id : [...this.#followed.keys()].at(-1)
    const followed = id === undefined ? undefined : this.#followed.get(id)
    if (id === undefined || !followed) return
    const frames = message.type === 'frames'
    const { signal } = followed.life
    try {
      const answer = await this.#client.view(id, followed.secret, { frames, signal })
      if (signal.aborted) return
      if (message.type === 'frames') this.#emit({ ...message, frames: answer.frames ?? [] })
      else this.#emit({ type: 'pong' })
    } catch (error) {
      if (!signal.aborted) this.#fail(id, error)
    }
  }

  /** Where starting fails to the end, the sign-in runs out and its screen starts anew. */
  async #renew(after: string, leftMs = 0, followed: Followed): Promise<void> {
    const { signal } = followed.life
    const clock = this.#clock
    await pause(clock, Math.max(leftMs / 2, leftMs - renewBeforeMs), signal)
    if (signal.aborted || followed.state !== 'pending') return
    const start = () => this.#client.start(signal)
    const answer = await retry(start, { clock, windowMs: renewBeforeMs, signal }).catch(() => {})
    if (answer && !signal.aborted) this.#emit({ type: 'next', after, ...answer })
  }

  #emit(message: GateMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  #fail(id: string, error: unknown): void {
    const known = error instanceof GateError ? error : undefined
    if (known && !known.transient) {
      this.#emit({ type: 'refused', id, code: known.code, message: known.message })
    }
    const wait = known?.retryAfterMs
    const reason = wait === undefined ? '' : JSON.stringify({ retry_after_ms: wait })
    this.close()
    this.onclose?.({ code: 1006, reason })
  }
}
