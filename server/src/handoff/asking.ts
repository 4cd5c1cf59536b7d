import type { Claims } from '@qrgate/sdk/protocol'
import type { Clients } from '../clients/clients.ts'
import type { Clock } from '../clock.ts'
import type { HandOff, HandOffStep, HandOffTimings } from '../protocol/hand-off.ts'
import { system } from '../protocol/log-event.ts'
import { readAnswer } from '../protocol/queue-ticket.ts'
import type { Client } from '../store/client.ts'
import type { HandOffRecords } from '../store/hand-off.ts'
import type { Kiosk } from '../store/kiosk.ts'
import { verdictOf, type WebhookAnswer } from '../webhooks/answer.ts'
import { handOffBackoff, nextTryAt } from '../webhooks/backoff.ts'
import { tryLasts, type WebhookPost } from '../webhooks/post.ts'
import type { EndpointHealth } from './endpoint-health.ts'
import type { HandOffs } from './hand-offs.ts'
import { createInFlight } from './in-flight.ts'
import { requestBody } from './request-body.ts'

/**
 * Asks clients for what visitors want, until they answer. What is to be asked stands in the rows: the node
 * that has made one asks at once, and any node goes on where that one is gone.
 */
export interface Asking {
  /** There is something new to ask. */
  soon(): void
  /** Settles when nothing is under way, nor was to be asked at the last look. */
  idle(): Promise<void>
  /** @returns how to stop: lets what is under way come to its end. */
  start(): () => Promise<void>
}

export interface AskingParts {
  records: HandOffRecords
  handOffs: Pick<HandOffs, 'apply'>
  clients: Pick<Clients, 'byId' | 'webhookSecrets'>
  kiosk(number: number): Promise<Kiosk>
  /** What a client is told of an account; null where the account is gone. */
  claimsOf(handOff: HandOff, client: Client): Promise<Claims | null>
  post: WebhookPost
  health: EndpointHealth
  clock: Clock
  timings: HandOffTimings
  random(): number
  /** Nobody will give this visitor a number: somebody must help. */
  onFailed(handOff: HandOff, why: string): void
  onError(error: unknown): void
}

const every = 1_000
const batch = 100

export function createAsking(parts: AskingParts): Asking {
  const { records, handOffs, clients, clock } = parts
  const inFlight = createInFlight({ onError: parts.onError, onDone: soon })
  let looking: Promise<void> | undefined
  let again = false
  let stopped = false

  async function look(): Promise<void> {
    const due = await records.due(clock(), batch, inFlight.fullClients())
    if (stopped) return
    for (const { id, client } of due) inFlight.send(id, client, () => ask(id))
  }

  function soon(): void {
    if (stopped) return
    if (looking !== undefined) {
      again = true
      return
    }
    again = false
    looking = look()
      .catch(parts.onError)
      .finally(() => {
        looking = undefined
        if (again) soon()
      })
  }

  async function ask(id: string): Promise<void> {
    const { old, next: handOff } = await handOffs.apply(id, {
      type: 'try',
      until: clock() + tryLasts,
    })
    // Another node asks, or it was answered or cancelled meanwhile. Or time was: it is due until that is written.
    if (handOff.tries === old.tries) return settle(handOff, { type: 'expire' }, 'time')
    const client = await clients.byId(handOff.client)
    const claims = client && (await parts.claimsOf(handOff, client))
    if (client?.endpoint == null) return settle(handOff, { type: 'give_up' }, 'the client is gone')
    // Nobody is there any more whom a number could be for.
    if (!claims) return settle(handOff, { type: 'cancel', reason: 'account', actor: system }, '')
    const body = requestBody(handOff, await parts.kiosk(handOff.kiosk), claims)
    const secrets = clients.webhookSecrets(client)
    const answer = await parts.post({ client: client.id, url: client.endpoint, id, secrets, body })
    const { step, why } = stepAfter(handOff, answer)
    await settle(handOff, step, why)
    if (verdictOf(answer) === 'ok') await parts.health.succeeded(client)
    else await parts.health.failed(client)
  }

  async function settle(handOff: HandOff, step: HandOffStep, why: string): Promise<void> {
    const { old, next } = await handOffs.apply(handOff.id, step)
    if (next.state === 'failed' && old.state !== 'failed') parts.onFailed(next, why)
  }

  /** What follows from an answer, and in words why it is not the one that was wanted. */
  function stepAfter(
    { tries, createdAt }: HandOff,
    answer: WebhookAnswer,
  ): { step: HandOffStep; why: string } {
    const said = answer.kind === 'answered' ? `status ${answer.status}` : answer.why
    const retry = (why: string) => {
      const limit = parts.timings.asking
      const tried = { firstAt: createdAt, tries, now: clock() }
      const at = nextTryAt({ ...handOffBackoff, limit }, tried, parts.random())
      // Where no further try comes, time decides what it has become.
      return { step: { type: 'retry', at: at ?? createdAt + limit }, why } as const
    }
    switch (verdictOf(answer)) {
      case 'gave_up':
        return { step: { type: 'give_up' }, why: said }
      case 'retry':
        return retry(said)
      case 'ok': {
        const { status = 0, body = undefined } = answer.kind === 'answered' ? answer : {}
        const change = status === 200 ? readAnswer(body) : null
        if (change) return { step: { type: 'change', change, by: 'answer' }, why: said }
        // Whoever has an answer, but one that nobody understands, may be mended in time.
        if (status === 200 && hasStatus(body)) return retry('an answer that is none')
        return { step: { type: 'received' }, why: said }
      }
    }
  }

  async function idle(): Promise<void> {
    while (looking !== undefined || inFlight.ends().length > 0) {
      await looking
      await Promise.all(inFlight.ends())
    }
  }

  return {
    soon,
    idle,
    start() {
      const timer = setInterval(soon, every)
      timer.unref()
      return async () => {
        stopped = true
        clearInterval(timer)
        await idle()
      }
    },
  }
}

function hasStatus(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'status' in body
}
