import { Backoff } from './backoff.ts'
import type { Client } from './client.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Connection, Transport } from './connection.ts'
import { whyRefused } from './doubted-secret.ts'
import { GateError } from './gate-error.ts'
import { readGateMessage, readRetryAfter, whyNever } from './gate-message.ts'
import { PollSocket } from './poll-socket.ts'
import { discard, probe } from './probe.ts'
import { closeCodes, type GateMessage, type KioskMessage, paths } from './protocol.ts'
import { onWake } from './wake.ts'
import type { Attendant, Watcher } from './watcher.ts'

export interface SocketParts {
  client: Pick<Client, 'server' | 'view' | 'kiosk'>
  transport?: Transport
  clock?: Clock
  random?: () => number
  WebSocket?: typeof WebSocket
}

const answerWithinMs = 5_000
const connectWithinMs = 10_000
const pingEveryMs = 15_000
/** The same while somebody waits for what comes next: a dead socket is found while they stand there. */
const hurriedMs = 3_000
/** An always-on screen starts anew within this time and keeps its socket. */
const lingerMs = 2_000
/** A socket that lived shorter than this counts as a failed try. */
const settledMs = 5_000
/** A page that newer ones of the same kiosk have replaced looks again this much later. */
const replacedMs = 60_000
/** So many sockets in a row on which nothing was received may be a proxy's fault. */
const pollAfterSilentAttempts = 3
const probeEveryMs = 60_000

/**
 * One socket to one gate, for every sign-in of a page.
 *
 * It exists while somebody watches or attends, comes back by itself, and then watches everything anew.
 * Whatever it asks is answered within five seconds, or the socket is taken for dead.
 * Where WebSockets do not get through but plain HTTP does, it goes on by polls, and asks every minute
 * whether that is still so.
 */
export class KioskSocket {
  readonly #url: string
  readonly #client: SocketParts['client']
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #WebSocket: typeof WebSocket
  readonly #watchers = new Map<string, Watcher>()
  /** Requests without an answer yet, each with its time-out. */
  readonly #pending = new Map<string, () => void>()
  #attendant: Attendant | undefined
  /** The gate has answered `hello` on the present socket. */
  #greeted = false
  #socket: WebSocket | PollSocket | undefined
  #connection: Connection = 'online'
  #lastAsk = 0
  #connectedAt = 0
  #unproven = 0
  #received = false
  #isAwaited = false
  /** Attempts since a WebSocket last received anything. */
  #silentAttempts = 0
  #stopWaiting = () => {}
  #stopPinging = () => {}
  #stopProbing = () => {}
  #stopListening: (() => void) | undefined

  constructor(parts: SocketParts) {
    const { client, transport = 'auto', clock = systemClock, random = Math.random } = parts
    this.#url = client.server.replace(/^http/, 'ws') + paths.kiosk
    this.#client = client
    this.#transport = transport
    this.#clock = clock
    this.#backoff = new Backoff({ random })
    this.#WebSocket = parts.WebSocket ?? globalThis.WebSocket
  }

  get connection(): Connection {
    return this.#connection
  }

  /** Whether the gate itself sends the successors of what is watched. */
  get renews(): boolean {
    return this.#greeted && !(this.#socket instanceof PollSocket)
  }

  /**
   * Keeps the socket open while nothing is watched, for an enrolled kiosk's own page.
   * @returns how to stop.
   */
  attend(attendant: Attendant): () => void {
    this.#attendant = attendant
    if (this.#connection === 'reconnecting') attendant.lost()
    // What is watched goes on undisturbed; the next connection says `hello`.
    if (this.#watchers.size === 0) this.#reconnect()
    return () => {
      if (this.#attendant !== attendant) return
      this.#attendant = undefined
      if (this.#watchers.size === 0) this.#close()
    }
  }

  /** @param already the gate watches it by itself, as it does after `next`; only a later socket has to ask. */
  watch(watcher: Watcher, already = false): void {
    this.#watchers.set(watcher.id, watcher)
    if (this.#isOpen()) {
      if (!already || this.#socket instanceof PollSocket) this.#sendWatch(watcher)
    } else if (!this.#socket) {
      this.#stopWaiting()
      this.#connect()
    }
  }

  unwatch(id: string): void {
    if (!this.#watchers.delete(id)) return
    if (this.#socket instanceof PollSocket) this.#socket.forget(id)
    // Without a socket an attendant waits for the next one.
    if (this.#watchers.size === 0 && !(this.#attendant && !this.#socket)) this.#linger()
  }

  #linger(): void {
    this.#stopWaiting()
    this.#stopWaiting = this.#clock.after(lingerMs, () => {
      if (this.#watchers.size > 0) return
      if (!this.#attendant) this.#close()
      else if (this.#isOpen() && !this.#greeted && !this.#pending.has('hello')) this.#reconnect()
    })
  }

  /** Asks for frames; the number comes back with the answer. None when nobody would answer it. */
  askFrames(id: string): number | undefined {
    if (!this.#isOpen() || this.#pending.has(`watch ${id}`)) return undefined
    this.#lastAsk += 1
    this.#request({ type: 'frames', id, ask: this.#lastAsk }, `frames ${id} ${this.#lastAsk}`)
    return this.#lastAsk
  }

  /** After a sleep the old socket is most likely dead and the old answers are most likely wrong. */
  restart(): void {
    if (this.#socket) this.#lost()
  }

  #reconnect(): void {
    this.#abandon()
    this.#connect()
  }

  #connect(): void {
    this.#stopWaiting()
    this.#stopListening ??= onWake(() => this.#wake())
    this.#received = false
    this.#connectedAt = this.#clock.now()
    let socket: WebSocket | PollSocket
    try {
      socket = this.#isToPoll
        ? new PollSocket(this.#client, this.#clock)
        : new this.#WebSocket(this.#url)
    } catch {
      // Later, so that no watcher is notified before its `watch` has returned.
      this.#stopWaiting = this.#clock.after(0, () => this.#lost())
      return
    }
    this.#socket = socket
    this.#expect('connection', connectWithinMs)
    socket.onopen = () => {
      this.#answered('connection')
      if (this.#attendant) this.#request({ type: 'hello' }, 'hello')
      for (const watcher of this.#watchers.values()) this.#sendWatch(watcher)
    }
    socket.onmessage = ({ data }: { data: unknown }) => {
      const message = readGateMessage(data)
      if (message) this.#receive(message)
    }
    socket.onclose = ({ code, reason }: { code: number; reason: string }) =>
      this.#closed(code, reason)
  }

  /** When nothing gets through, both ways are tried in turn: the gate itself may be down. */
  get #isToPoll(): boolean {
    if (this.#transport !== 'auto') return this.#transport === 'poll'
    const silent = this.#silentAttempts - pollAfterSilentAttempts
    return silent >= 0 && silent % 2 === 0
  }

  #firstReceived(): void {
    this.#received = true
    if (!(this.#socket instanceof PollSocket)) this.#silentAttempts = 0
    else if (this.#transport === 'auto') this.#probe()
  }

  /** The first time at once: perhaps the gate was down, and upgrades do pass. */
  #probe(): void {
    this.#stopProbing = probe(this.#WebSocket, this.#url, this.#clock, through => {
      if (through) {
        this.#silentAttempts = 0
        this.#reconnect()
      } else {
        this.#stopProbing = this.#clock.after(probeEveryMs, () => this.#probe())
      }
    })
  }

  #sendWatch(watcher: Watcher): void {
    const { id, kiosk_secret } = watcher
    const renew = this.#attendant !== undefined && watcher.renews()
    this.#request({ type: 'watch', id, kiosk_secret, ...(renew && { renew }) }, `watch ${id}`)
  }

  #receive(message: GateMessage): void {
    if (!this.#received) this.#firstReceived()
    this.#setConnection('online')
    switch (message.type) {
      case 'hello':
        this.#answered('hello')
        this.#greeted = true
        this.#attendant?.greeted()
        if (message.policy) this.#attendant?.policy(message.policy)
        break
      case 'policy':
        this.#attendant?.policy(message.policy)
        break
      case 'pong':
        this.#answered('pong')
        break
      case 'state': {
        const { type: _, ...view } = message
        this.#answered(`watch ${view.id}`)
        this.#isAwaited = view.state === 'scanned' || view.hand_off?.state === 'requested'
        this.#pingLater()
        this.#watchers.get(view.id)?.view(view)
        break
      }
      case 'frames':
        this.#answered(`frames ${message.id} ${message.ask}`)
        this.#watchers.get(message.id)?.frames(message.ask, message.frames)
        break
      case 'next': {
        const { type: _, after, ...answer } = message
        this.#watchers.get(after)?.next(answer)
        break
      }
      case 'refused':
        this.#refused(message.code, message.message, message.id)
    }
  }

  #refused(code: string, message: string, id: string | undefined): void {
    if (new GateError(code).transient) {
      this.#lost()
    } else if (id === undefined) {
      this.#answered('hello')
      this.#dismiss(code, message)
    } else {
      const watcher = this.#watchers.get(id)
      // Frames of a sign-in that is over are refused too, but that says nothing new.
      const neverAnswered = this.#pending.has(`watch ${id}`)
      for (const what of [...this.#pending.keys()]) {
        if (what.includes(id)) this.#answered(what)
      }
      if (watcher && neverAnswered) this.#fail(watcher, code, message)
    }
  }

  #closed(code: number, reason: string): void {
    const why = whyNever.get(code)
    // A gate that is older than its page takes `hello` for no message at all.
    if (code === closeCodes.badMessage) {
      if (this.#pending.has('hello')) this.#dismiss('malformed')
      else this.#failUnanswered('malformed')
    }
    // Only a gate gives a reason or a code of its own, so the upgrade went through.
    if (reason || code >= 4000) this.#received = true
    this.#unproven = code === closeCodes.unproven ? this.#unproven + 1 : 0
    if (this.#unproven > 1) for (const watcher of this.#watchers.values()) void this.#doubt(watcher)
    if (!why) {
      this.#lost(readRetryAfter(reason))
      return
    }
    this.#close()
    for (const watcher of [...this.#watchers.values()]) this.#fail(watcher, why)
    if (why === 'kiosk_revoked') this.#dismiss(why)
    if (!this.#attendant || this.#socket) return
    const wait = why === 'replaced' ? replacedMs : this.#backoff.next()
    this.#stopWaiting()
    this.#stopWaiting = this.#clock.after(wait, () => this.#connect())
  }

  /** The second time in a row: perhaps there are secrets that the gate does not know. */
  async #doubt(watcher: Watcher): Promise<void> {
    const why = await whyRefused(this.#client, watcher)
    if (why && this.#watchers.get(watcher.id) === watcher) this.#fail(watcher, why)
  }

  /** Whoever attends is not what the gate takes it for. */
  #dismiss(code: string, message = code): void {
    const attendant = this.#attendant
    this.#attendant = undefined
    if (this.#watchers.size === 0 && this.#socket) this.#linger()
    attendant?.refused(new GateError(code, { message }))
  }

  /** Which of them the gate could not read it does not say: none that it has answered. */
  #failUnanswered(code: string): void {
    for (const watcher of [...this.#watchers.values()]) {
      if (this.#pending.has(`watch ${watcher.id}`)) this.#fail(watcher, code)
    }
  }

  #fail(watcher: Watcher, code: string, message = code): void {
    this.unwatch(watcher.id)
    watcher.failed(new GateError(code, { message }))
  }

  #lost(retryAfterMs?: number): void {
    if (!this.#received) this.#silentAttempts += 1
    this.#abandon()
    if (this.#clock.now() - this.#connectedAt > settledMs && this.#connection === 'online') {
      this.#backoff.reset()
    }
    if (!this.#isWanted) {
      this.#close()
      return
    }
    this.#stopWaiting()
    this.#stopWaiting = this.#clock.after(this.#backoff.next(retryAfterMs), () => this.#connect())
    this.#setConnection('reconnecting')
  }

  #wake(): void {
    if (!this.#isWanted) return
    if (this.#isOpen()) this.#ping()
    if (!this.#socket) this.#connect()
  }

  get #isWanted(): boolean {
    return this.#watchers.size > 0 || this.#attendant !== undefined
  }

  #setConnection(connection: Connection): void {
    if (connection === this.#connection) return
    this.#connection = connection
    for (const watcher of [...this.#watchers.values()]) watcher.connection(connection)
    if (connection === 'reconnecting') this.#attendant?.lost()
  }

  #request(message: KioskMessage, what: string): void {
    this.#socket?.send(JSON.stringify(message))
    this.#expect(what, answerWithinMs)
    this.#pingLater()
  }

  #pingLater(): void {
    this.#stopPinging()
    const wait = this.#isAwaited ? hurriedMs : pingEveryMs
    this.#stopPinging = this.#clock.after(wait, () => this.#ping())
  }

  #ping(): void {
    if (this.#isOpen()) this.#request({ type: 'ping' }, 'pong')
  }

  #expect(what: string, withinMs: number): void {
    if (this.#pending.has(what)) return
    const callOff = this.#clock.after(withinMs, () => this.#lost())
    this.#pending.set(what, callOff)
  }

  #answered(what: string): void {
    this.#pending.get(what)?.()
    this.#pending.delete(what)
  }

  #isOpen(): boolean {
    return this.#socket?.readyState === 1
  }

  #close(): void {
    this.#abandon()
    this.#stopWaiting()
    this.#stopListening?.()
    this.#stopListening = undefined
    this.#connection = 'online'
  }

  /** Discards the present socket; nothing it still receives is handled. */
  #abandon(): void {
    for (const what of [...this.#pending.keys()]) this.#answered(what)
    this.#stopPinging()
    this.#stopProbing()
    this.#greeted = false
    const socket = this.#socket
    this.#socket = undefined
    if (socket) discard(socket)
  }
}
