/**
 * The closed list of refusals: every way in which QRGate says no.
 *
 * A code is stable and part of the API; its sentences are for people and may be reworded.
 * Handlers throw a {@link Refusal}; only the edge turns one into an answer.
 */
export type Language = 'ko' | 'en'

type Entry = readonly [status: number, en: string, ko: string]

const refusals = {
  malformed: [400, 'The request is not of the expected form.', '요청 형식이 올바르지 않습니다.'],
  not_found: [404, 'There is nothing here.', '찾을 수 없습니다.'],
  request_timeout: [408, 'The request took too long.', '요청 시간이 초과되었습니다.'],
  too_large: [413, 'The request is too large.', '요청이 너무 큽니다.'],
  uri_too_long: [414, 'The address is too long.', '주소가 너무 깁니다.'],
  unsupported_media_type: [415, 'This content type is not accepted.', '지원하지 않는 형식입니다.'],
  headers_too_large: [431, 'The request headers are too large.', '요청 헤더가 너무 큽니다.'],
  cross_site: [403, 'This request came from another site.', '다른 사이트에서 온 요청입니다.'],

  kiosk_not_enrolled: [401, 'This screen is not enrolled.', '등록되지 않은 화면입니다.'],
  kiosk_revoked: [403, 'This screen has been switched off.', '사용이 중지된 화면입니다.'],
  link_used: [410, 'This link was used or is too old.', '이미 사용했거나 오래된 링크입니다.'],
  kiosk_secret_wrong: [
    401,
    'The kiosk secret is not right.',
    '키오스크 비밀값이 올바르지 않습니다.',
  ],

  ticket_unknown: [404, 'This is not one of our codes.', '알 수 없는 코드입니다.'],
  ticket_stale: [
    410,
    'This code is too old. Scan the screen again.',
    '지난 코드입니다. 다시 비춰 주세요.',
  ],
  user_code_unknown: [
    404,
    'This code is not known, or its time is over.',
    '없는 코드이거나 시간이 지난 코드입니다.',
  ],
  too_many_codes: [429, 'Too many codes. Wait a little.', '코드를 너무 많이 요청했습니다.'],
  receipt_wrong: [403, 'This page belongs to another phone.', '다른 휴대폰의 화면입니다.'],
  receipt_stale: [410, 'This page is too old. Scan again.', '오래된 화면입니다. 다시 비춰 주세요.'],
  not_your_phone: [
    403,
    'Another phone holds this sign-in.',
    '이 휴대폰에서 시작한 로그인이 아닙니다.',
  ],
  in_use: [409, 'Someone else is using this code.', '다른 분이 이 코드를 사용하고 있습니다.'],
  expired: [410, 'The time for this sign-in is over.', '로그인 시간이 지났습니다.'],
  already_ended: [409, 'This sign-in is already over.', '이미 끝난 로그인입니다.'],
  not_approved: [409, 'Nobody has approved this sign-in yet.', '아직 승인되지 않았습니다.'],
  not_claimable: [403, 'This sign-in is not claimed.', '이 로그인은 수령할 수 없습니다.'],

  wrong_credentials: [
    401,
    'The id or the password is wrong.',
    '아이디 또는 비밀번호가 맞지 않습니다.',
  ],
  account_unusable: [403, 'This account cannot be used.', '사용할 수 없는 계정입니다.'],
  account_exists: [409, 'This id is taken.', '이미 사용 중인 아이디입니다.'],
  account_id_invalid: [
    422,
    'An id has 1 to 64 letters, digits and signs, without spaces.',
    '아이디는 공백 없이 글자, 숫자, 기호로 64자 이내로 적어 주세요.',
  ],
  name_invalid: [422, 'A name has 1 to 64 characters.', '이름을 64자 이내로 적어 주세요.'],
  password_too_short: [
    422,
    'A password has at least 8 characters.',
    '비밀번호는 8자 이상이어야 합니다.',
  ],
  password_too_long: [422, 'A password has at most 1024 characters.', '비밀번호가 너무 깁니다.'],
  password_too_common: [
    422,
    'Too many people would guess this password. Choose another.',
    '너무 흔한 비밀번호입니다. 다른 비밀번호를 적어 주세요.',
  ],
  too_many_tries: [
    429,
    'Too many sign-in attempts. Wait a while.',
    '로그인 시도가 너무 많았습니다. 잠시 뒤에 다시 시도해 주세요.',
  ],
  registration_closed: [403, 'Sign-up is closed here.', '여기서는 회원가입을 받지 않습니다.'],

  busy: [503, 'Many people are signing in. Try again shortly.', '잠시 후 다시 시도해 주세요.'],
  storage_busy: [503, 'The database is busy. Try again shortly.', '잠시 후 다시 시도해 주세요.'],
  restarting: [503, 'The gate is restarting. Try again shortly.', '서버가 다시 시작하고 있습니다.'],
  internal: [500, 'Something went wrong here.', '서버에 문제가 생겼습니다.'],
} as const satisfies Record<string, Entry>

export type RefusalCode = keyof typeof refusals

export const refusalCodes = Object.keys(refusals) as RefusalCode[]

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly status: number
  /** Seconds after which trying again makes sense; set on every 503 (RFC 9110 §10.2.3). */
  readonly retryAfter: number | undefined

  /** @param detail for the log only; no answer ever carries it. */
  constructor(code: RefusalCode, detail?: string, retryAfter?: number) {
    super(detail ?? code)
    this.code = code
    this.status = refusals[code][0]
    this.retryAfter = retryAfter ?? (this.status === 503 ? 1 : undefined)
  }
}

/** The sentence for people that goes with a code. */
export function sentence(code: RefusalCode, lang: Language): string {
  const [, en, ko] = refusals[code]
  return lang === 'ko' ? ko : en
}
