/** Failures that are about the network or the gate's present load, whichever way they are told. */
const transientCodes: ReadonlySet<string> = new Set([
  ...['unreachable', 'busy', 'storage_busy', 'outcome_unknown', 'restarting', 'internal'],
])

/** The one way in which a call to the gate fails. */
export class GateError extends Error {
  override readonly name = 'GateError'
  /** Stable: a code of the gate's refusals, or `unreachable` when no gate answered. */
  readonly code: string
  /** The HTTP status; 0 when there was no answer, or when the refusal came over the socket. */
  readonly status: number
  readonly retryAfterMs: number | undefined

  constructor(
    code: string,
    details: { status?: number; message?: string; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(details.message ?? code, { cause: details.cause })
    this.code = code
    this.status = details.status ?? 0
    this.retryAfterMs = details.retryAfterMs
  }

  /** Whether the same call may well succeed later. */
  get transient(): boolean {
    return (
      transientCodes.has(this.code) ||
      this.status === 408 ||
      this.status === 429 ||
      this.status >= 500
    )
  }
}
