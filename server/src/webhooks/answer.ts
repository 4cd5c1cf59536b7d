/** What has come of one try to send a webhook. */
export type WebhookAnswer =
  | {
      kind: 'answered'
      status: number
      /** Parsed from the first 4 KiB of a 200; undefined where it is longer, no JSON or any other status. */
      body: unknown
    }
  | {
      kind: 'failed'
      why: WebhookFailure
      /** For whoever runs the gate: an address, a code of Node. Never a secret, a path or the body. */
      detail: string
    }

export type WebhookFailure =
  /** No address of the endpoint may be dialled. */
  | 'address_refused'
  /** The name leads nowhere, or the resolver does not answer. */
  | 'unresolved'
  /** No connection, or it broke before the answer was whole. */
  | 'unreachable'
  /** The certificate is not one that this machine trusts for that name, or it is no TLS. */
  | 'tls'
  | 'timeout'
  /** Another address was answered (3xx), and nobody has judged that one. */
  | 'redirect'
  | 'not_http'
  /** There is no secret to sign with, and nothing is sent unsigned. */
  | 'unsigned'

export type Verdict = 'ok' | 'retry' | 'gave_up'

/** Of 4xx those that another try may mend: time-out, conflict, too early, too many. */
const passing = [408, 409, 425, 429]

/**
 * Whether a webhook has arrived, is to be sent again, or would be answered alike for ever. A failure is
 * never the last word: whoever runs the gate or the receiver can mend each.
 */
export function verdictOf(answer: WebhookAnswer): Verdict {
  if (answer.kind === 'failed') return 'retry'
  const { status } = answer
  if (status >= 200 && status < 300) return 'ok'
  return status >= 400 && status < 500 && !passing.includes(status) ? 'gave_up' : 'retry'
}

export function failed(why: WebhookFailure, detail: string): WebhookAnswer {
  return { kind: 'failed', why, detail }
}
