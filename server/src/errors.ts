/**
 * The closed list of refusals: every way in which QRGate says no, and the HTTP status that says it.
 *
 * A code is stable and part of the API; its sentences stand in http/server/sentences.ts.
 * Handlers throw a {@link Refusal}; only the edge turns one into an answer.
 */
export const statusOf = {
  malformed: 400,
  not_found: 404,
  http_method_not_allowed: 405,
  request_timeout: 408,
  too_large: 413,
  uri_too_long: 414,
  unsupported_media_type: 415,
  headers_too_large: 431,
  cross_site: 403,

  kiosk_not_enrolled: 401,
  kiosk_revoked: 403,
  link_used: 410,
  link_unknown: 404,
  kiosk_secret_wrong: 401,

  client_unknown: 401,
  client_wrong: 403,
  client_id_invalid: 422,
  client_exists: 409,
  endpoint_invalid: 422,

  ticket_unknown: 404,
  ticket_stale: 410,
  user_code_unknown: 404,
  too_many_codes: 429,
  receipt_wrong: 403,
  receipt_stale: 410,
  agreement_wrong: 403,
  not_your_phone: 403,
  in_use: 409,
  expired: 410,
  already_ended: 409,
  not_approved: 409,
  not_claimable: 403,

  service_unknown: 404,
  service_closed: 409,
  service_invalid: 422,
  hand_off_unknown: 404,
  hand_off_over: 409,
  staff_call_off: 403,

  wrong_credentials: 401,
  phone_forgotten: 401,
  passkey_wrong: 401,
  signed_out: 401,
  proof_too_old: 403,
  account_unusable: 403,
  account_exists: 409,
  account_id_invalid: 422,
  external_id_taken: 409,
  external_id_invalid: 422,
  name_invalid: 422,
  password_too_short: 422,
  password_too_long: 422,
  password_too_common: 422,
  too_many_tries: 429,
  too_many: 429,
  registration_closed: 403,
  invitation_wrong: 422,
  notice_changed: 409,
  method_not_allowed: 403,

  busy: 503,
  storage_busy: 503,
  /** Neither done nor not done can be said: doing the same again tells. */
  outcome_unknown: 503,
  restarting: 503,
  internal: 500,
} as const satisfies Record<string, number>

export type RefusalCode = keyof typeof statusOf

export const refusalCodes = Object.keys(statusOf) as RefusalCode[]

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly status: number
  /** Seconds after which trying again makes sense; set on every 503 (RFC 9110 §10.2.3). */
  readonly retryAfter: number | undefined
  /** The key of the account that somebody tried to use; for the log only, like the message. */
  account: string | undefined

  /** @param detail for the log only; no answer ever carries it. */
  constructor(code: RefusalCode, detail?: string, retryAfter?: number) {
    super(detail ?? code)
    this.code = code
    this.status = statusOf[code]
    this.retryAfter = retryAfter ?? (this.status === 503 ? 1 : undefined)
  }
}

/** Whether the system lets this process, or the whole machine, open no file and no socket more. */
export function isOutOfFiles(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'EMFILE' || code === 'ENFILE'
}

/**
 * What is read after a step was taken, for its answer.
 * @throws Refusal `outcome_unknown` where the store is away: `storage_busy` would say that nothing was done.
 */
export async function afterwards<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    const isAway = error instanceof Refusal && error.code === 'storage_busy'
    throw isAway ? new Refusal('outcome_unknown', error.message) : error
  }
}
