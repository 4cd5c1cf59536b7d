import type { Client } from './client.ts'
import { type Clock, pause } from './clock.ts'
import { GateError } from './gate-error.ts'
import { finalStates, type GateMessage, type KioskMessage, type PollAnswer } from './protocol.ts'

/** The gate answers no later, so that no proxy takes a quiet poll for a dead one. */
const waitSeconds = 25
/** A gate that answers early with nothing new is not asked again at once. */
const paceMs = 1_000

type Watch = Extract<KioskMessage, { type: 'watch' }>
type AskFrames = Extract<KioskMessage, { type: 'frames' }>

interface Followed {
  readonly secret: string
  readonly life: AbortController
}

/**
 * The kiosk socket's messages over plain HTTP, for networks whose proxies refuse upgrades.
 *
 * To its user it is a WebSocket. A watch is a chain of long polls; frames and pings are short ones
 * beside it, so that their round trip is known. Successors do not come over polls. A poll without an
 * answer closes it.
 */
export class PollSocket {
  readyState = 0
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: (() => void) | null = null
  readonly #client: Pick<Client, 'view' | 'kiosk'>
  readonly #clock: Clock
  readonly #life = new AbortController()
  readonly #followed = new Map<string, Followed>()

  constructor(client: Pick<Client, 'view' | 'kiosk'>, clock: Clock) {
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
    switch (message.type) {
      case 'hello':
        return void this.#askWhoWeAre('hello')
      case 'watch':
        return void this.#follow(message)
      case 'frames':
        return void this.#askFrames(message)
      case 'ping':
        return void this.#ping()
    }
  }

  /** Over a WebSocket the gate may go on sending what nobody watches; a poll would cost a request. */
  forget(id: string): void {
    this.#followed.get(id)?.life.abort()
    this.#followed.delete(id)
  }

  close(): void {
    this.readyState = 3
    this.#life.abort()
    for (const id of [...this.#followed.keys()]) this.forget(id)
  }

  async #follow({ id, kiosk_secret: secret }: Watch): Promise<void> {
    this.forget(id)
    const followed: Followed = { secret, life: new AbortController() }
    const { signal } = followed.life
    this.#followed.set(id, followed)
    let since = -1
    let handOffSince = 0
    try {
      while (true) {
        const asked = this.#clock.now()
        const seen = { since, handOffSince }
        // The first is answered at once, and so by whichever connection lives.
        const wait = since < 0 ? 0 : waitSeconds
        const view = await this.#client.view(id, secret, { ...seen, wait, signal })
        signal.throwIfAborted()
        this.#emit({ type: 'state', ...view })
        if (finalStates.has(view.state)) return this.forget(id)
        const { seq, hand_off } = view
        const isOld = seq <= since && (hand_off?.seq ?? 0) <= handOffSince
        const early = isOld && this.#clock.now() - asked < paceMs
        if (early) await pause(this.#clock, paceMs, signal)
        since = seq
        handOffSince = hand_off?.seq ?? 0
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(id, error)
    }
  }

  async #askFrames({ type, id, ask }: AskFrames): Promise<void> {
    const answer = await this.#look(id, true)
    if (answer) this.#emit({ type, id, ask, frames: answer.frames ?? [] })
  }

  async #ping(): Promise<void> {
    const id = [...this.#followed.keys()].at(-1)
    if (id === undefined) return this.#askWhoWeAre('pong')
    const view = await this.#look(id, false)
    if (!view) return
    // The poll that waits may do so on a connection that is dead.
    this.#emit({ type: 'state', ...view })
    this.#emit({ type: 'pong' })
  }

  /** A look beside the poll that waits; none where nobody follows it by now. */
  async #look(id: string, frames: boolean): Promise<PollAnswer | undefined> {
    const followed = this.#followed.get(id)
    if (!followed) return undefined
    const { signal } = followed.life
    try {
      const answer = await this.#client.view(id, followed.secret, { frames, signal })
      return signal.aborted ? undefined : answer
    } catch (error) {
      if (!signal.aborted) this.#fail(id, error)
      return undefined
    }
  }

  /** An enrolled kiosk's own page is heard when the gate says who it is. */
  async #askWhoWeAre(answer: 'hello' | 'pong'): Promise<void> {
    const { signal } = this.#life
    try {
      const { policy } = await this.#client.kiosk(signal)
      if (signal.aborted) return
      this.#emit({ type: answer })
      // Over a WebSocket it comes when it changes; over polls whenever one is answered.
      if (policy) this.#emit({ type: 'policy', policy })
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof GateError && !error.transient) this.#refused(error)
      else this.#close(error)
    }
  }

  #emit(message: GateMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  #refused({ code, message }: GateError, id?: string): void {
    this.#emit({ type: 'refused', ...(id !== undefined && { id }), code, message })
  }

  #fail(id: string, error: unknown): void {
    if (error instanceof GateError && !error.transient) this.#refused(error, id)
    this.#close(error)
  }

  #close(error: unknown): void {
    const wait = error instanceof GateError ? error.retryAfterMs : undefined
    const reason = wait === undefined ? '' : JSON.stringify({ retry_after_ms: wait })
    this.close()
    this.onclose?.({ code: 1006, reason })
  }
}
