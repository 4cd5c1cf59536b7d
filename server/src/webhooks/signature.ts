import { Webhook } from 'standardwebhooks'

export interface SignedHeaders {
  'webhook-id': string
  /** Seconds since 1970, of the sending: receivers refuse what is older than five minutes. */
  'webhook-timestamp': string
  /** `v1,` and the HMAC-SHA256 in base64; one for each secret, by spaces. */
  'webhook-signature': string
}

export interface ToSign {
  /** The same at every try, so that the receiver knows what it has already seen. */
  id: string
  /** `whsec_…`, the present one first; two while one is being replaced. */
  secrets: readonly string[]
  /** Exactly what is sent. */
  body: string
  /** Milliseconds since 1970. */
  at: number
}

/**
 * What shows a webhook's receiver who has sent it and when (Standard Webhooks).
 * @throws Error where there is no secret, or one that is none.
 */
export function signedHeaders({ id, secrets, body, at }: ToSign): SignedHeaders {
  if (secrets.length === 0) throw new Error('nothing is sent unsigned')
  // The library signs with one secret, and reads any number of signatures.
  const signatures = secrets.map(secret => new Webhook(secret).sign(id, new Date(at), body))
  return {
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(at / 1000)}`,
    'webhook-signature': signatures.join(' '),
  }
}
