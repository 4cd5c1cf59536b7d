import type { Clock } from '../clock.ts'
import { within } from '../within.ts'
import { codeOf, destinationOf, type Lookup, systemLookup } from './address.ts'
import { failed, type WebhookAnswer } from './answer.ts'
import { exchange } from './exchange.ts'
import { sharedLookup } from './shared-lookup.ts'
import { type SignedHeaders, signedHeaders, type ToSign } from './signature.ts'

/** For all of it in milliseconds: to resolve, to connect, to answer. */
const patience = 5_000

/**
 * How long a node that tries to send something has it for itself, in milliseconds; afterwards another one
 * may. Longer than any try takes, writing down what came of it included.
 */
export const tryLasts = 7_000

export interface Webhook extends Omit<ToSign, 'at'> {
  /** The id of the client that is told. */
  client: string
  /** The client's endpoint. */
  url: string
  /** JSON, sent as it is. */
  body: string
}

/** One try to send one webhook. Never throws. */
export type WebhookPost = (webhook: Webhook) => Promise<WebhookAnswer>

/** A client that this very process serves: the gate's own address is one for it, and for nobody else. */
export interface OwnClient {
  id: string
  /** Its `host:port`. */
  host: string
}

export interface WebhookPostParts {
  /** `host:port` as the setting QRGATE_WEBHOOK_HOSTS has them. */
  allowed: readonly string[]
  own?: OwnClient | undefined
  clock: Clock
  lookup?: Lookup
}

/** How webhooks leave the gate: signed, to where they may go, and nowhere else. */
export function createWebhookPost(parts: WebhookPostParts): WebhookPost {
  const { allowed, own, clock } = parts
  const lookup = sharedLookup(parts.lookup ?? systemLookup)

  const allowedFor = (client: string) => (client === own?.id ? [...allowed, own.host] : allowed)

  const tryOnce = async ({ client, url: text, ...toSign }: Webhook, signal: AbortSignal) => {
    const url = URL.parse(text)
    if (!url) return failed('address_refused', 'the endpoint is no URL')
    const destination = await destinationOf(url, allowedFor(client), lookup)
    if (destination.kind !== 'allowed') return failed(destination.kind, destination.detail)
    // No resolver can be stopped; what one answers too late is not dialled.
    signal.throwIfAborted()
    const headers = signedOrNot({ ...toSign, at: clock() })
    if (!headers) return failed('unsigned', 'no secret that can sign')
    return exchange({ url, addresses: destination.addresses, headers, body: toSign.body, signal })
  }

  return async webhook => {
    const late = new Error('late')
    const over = new AbortController()
    try {
      return await within(patience, tryOnce(webhook, over.signal), () => late)
    } catch (error) {
      if (error === late) return failed('timeout', `no whole answer in ${patience / 1000} s`)
      return failed('unreachable', codeOf(error) ?? 'no connection')
    } finally {
      over.abort()
    }
  }
}

function signedOrNot(toSign: ToSign): SignedHeaders | undefined {
  try {
    return signedHeaders(toSign)
  } catch {
    return undefined
  }
}
