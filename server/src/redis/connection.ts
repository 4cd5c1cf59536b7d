import { setTimeout as sleep } from 'node:timers/promises'
import { ClientClosedError, DisconnectsClientError } from '@redis/client'
import { within } from '../within.ts'
import {
  createRedisClient,
  type RedisClient,
  redisPatience,
  redisSilent,
  redisWords,
} from './client.ts'

/** All in milliseconds. */
const askEvery = 1_000
/** Whoever answers nothing for so long is taken for gone; a kernel believes in such a connection for minutes. */
const longestSilence = 3_000
/** How often the same reason is told. */
const sayEvery = 30_000

/** One reason for all silence, however long: it is told once. */
const notYet = () => redisSilent(redisPatience)

/** What a connection is for. */
export interface RedisUse {
  /** Done once on each new one. */
  begin?(client: RedisClient): Promise<unknown>
  /** Does in small what it is for: so whatever hinders that is noticed before anybody needs it. */
  ask(client: RedisClient): Promise<unknown>
  /** Told why it cannot be used. */
  onLost(error: Error): void
  /** It can be used again, or for the first time. */
  onBack?(): void
}

/**
 * A connection to Redis that is asked every second whether it does its work. One that breaks, or has answered
 * nothing for {@link longestSilence}, is replaced, again and again until one works.
 */
export class RedisConnection {
  readonly #url: string
  readonly #use: RedisUse
  /** Settles once it has worked, or could not be used. */
  readonly tried: Promise<void>
  readonly #hasTried: () => void
  #client: RedisClient | undefined
  #lost: { since: number; why: string } | null
  #told = { why: '', at: Number.NEGATIVE_INFINITY }
  #closed = false

  constructor(url: string, use: RedisUse) {
    this.#url = url
    this.#use = use
    this.#lost = { since: performance.now(), why: 'Redis has not answered yet' }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.tried = promise
    this.#hasTried = resolve
    void this.#keep()
  }

  /** Since when it cannot be used (by `performance.now()`) and why; null while all is well. */
  get lost(): { since: number; why: string } | null {
    return this.#lost
  }

  /** Null while it cannot be used. */
  get client(): RedisClient | null {
    return this.#lost === null ? (this.#client ?? null) : null
  }

  /** Says that something has failed with it; then nobody uses it before it has answered again. */
  lose(error: unknown): void {
    if (this.#closed) return
    // Of a connection that was given up before: that says nothing about the next one.
    if (error instanceof ClientClosedError || error instanceof DisconnectsClientError) return
    const why = redisWords(error)
    const now = performance.now()
    this.#lost = { since: this.#lost?.since ?? now, why }
    this.#hasTried()
    if (why === this.#told.why && now < this.#told.at + sayEvery) return
    this.#told = { why, at: now }
    this.#use.onLost(new Error(why, { cause: error }))
  }

  close(): void {
    this.#closed = true
    this.#client?.destroy()
  }

  /** Uses one client after the other, each until it is of no use. */
  async #keep(): Promise<void> {
    for (let failures = 0; !this.#closed; failures += 1) {
      const client = createRedisClient(this.#url)
      this.#client = client
      try {
        await within(longestSilence, this.#open(client), notYet)
        failures = 0
        await this.#watch(client)
      } catch (error) {
        this.lose(error)
      }
      client.destroy()
      await sleep(backoff(failures), undefined, { ref: false })
    }
  }

  async #open(client: RedisClient): Promise<void> {
    await client.connect()
    // Closed while it connected, it would be open now.
    if (this.#closed) client.destroy()
    await this.#use.begin?.(client)
  }

  /** @returns once it is broken or closed. @throws Error where it has been silent for too long. */
  async #watch(client: RedisClient): Promise<void> {
    const broken = new AbortController()
    client.on('error', error => {
      this.lose(error)
      if (!client.isOpen) broken.abort()
    })
    while (client.isOpen) {
      const asked = this.#use.ask(client)
      const answered = asked.catch(() => {})
      try {
        await within(redisPatience, asked, notYet)
        this.#back()
      } catch (error) {
        this.lose(error)
        // A frozen one keeps its connections, and what it has been asked it may still answer.
        await within(longestSilence - redisPatience, answered, notYet)
      }
      await sleep(askEvery, undefined, { ref: false, signal: broken.signal }).catch(() => {})
    }
  }

  #back(): void {
    if (this.#lost === null || this.#closed) return
    this.#lost = null
    this.#hasTried()
    this.#use.onBack?.()
  }
}

/** Until the next try, in milliseconds; at random, so that all nodes do not come at the same time. */
function backoff(failures: number): number {
  return Math.min(askEvery, 50 * 2 ** failures) * (0.5 + Math.random())
}
