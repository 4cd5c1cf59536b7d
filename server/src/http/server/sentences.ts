import type { Localized } from '@qrgate/sdk/protocol'
import type { RefusalCode } from '../../errors.ts'
import type { Language } from './language.ts'

/** What each refusal says to people; the words may change, the codes do not. */
const sentences: Record<RefusalCode, Localized> = {
  malformed: {
    en: 'The request does not have the expected form.',
    ko: '요청 형식이 올바르지 않습니다.',
  },
  not_found: { en: 'There is nothing here.', ko: '찾을 수 없습니다.' },
  http_method_not_allowed: {
    en: 'This address does not take that HTTP method.',
    ko: '이 주소에서 쓸 수 없는 요청 방식입니다.',
  },
  request_timeout: { en: 'The request took too long.', ko: '요청 시간이 초과되었습니다.' },
  too_large: { en: 'The request is too large.', ko: '요청이 너무 큽니다.' },
  uri_too_long: { en: 'The address is too long.', ko: '주소가 너무 깁니다.' },
  unsupported_media_type: {
    en: 'This content type is not accepted.',
    ko: '지원하지 않는 형식입니다.',
  },
  headers_too_large: { en: 'The request headers are too large.', ko: '요청 헤더가 너무 큽니다.' },
  cross_site: { en: 'This request came from another site.', ko: '다른 사이트에서 온 요청입니다.' },

  kiosk_not_enrolled: { en: 'This screen is not enrolled.', ko: '등록되지 않은 화면입니다.' },
  kiosk_revoked: { en: 'This screen has been switched off.', ko: '사용이 중지된 화면입니다.' },
  link_unknown: { en: 'This link is not known.', ko: '알 수 없는 링크입니다.' },
  link_used: { en: 'This link was used or is too old.', ko: '이미 사용했거나 오래된 링크입니다.' },
  kiosk_secret_wrong: {
    en: 'The kiosk secret is not right.',
    ko: '키오스크 비밀값이 올바르지 않습니다.',
  },

  client_wrong: {
    en: 'This kiosk is not one of this client.',
    ko: '이 클라이언트의 키오스크가 아닙니다.',
  },
  client_unknown: {
    en: 'No client has this credential.',
    ko: '이 자격 증명을 가진 클라이언트가 없습니다.',
  },
  client_id_invalid: {
    en: 'A client id has 1 to 63 lowercase letters, digits and hyphens, and does not begin with a hyphen.',
    ko: '클라이언트 아이디는 영문 소문자, 숫자, 붙임표로 63자 이내여야 하고 붙임표로 시작할 수 없습니다.',
  },
  client_exists: {
    en: 'A client has this id, or had it before it was removed. Please choose another.',
    ko: '이미 있거나 삭제된 클라이언트의 아이디입니다. 다른 아이디를 입력해 주세요.',
  },
  endpoint_invalid: {
    en: 'An endpoint is an https address without a password, or an http one in your own network.',
    ko: '웹훅 주소는 비밀번호가 없는 https 주소이거나 내부망의 http 주소여야 합니다.',
  },

  ticket_unknown: { en: 'This is not one of our QR codes.', ko: '알 수 없는 QR입니다.' },
  ticket_stale: {
    en: 'This QR code is too old. Please scan the one on the kiosk now.',
    ko: '시간이 지난 QR입니다. 지금 키오스크에 보이는 QR을 비춰 주세요.',
  },
  user_code_unknown: {
    en: 'This code is wrong or has expired. Please check the code on the kiosk.',
    ko: '없는 코드이거나 시간이 지난 코드입니다. 키오스크의 코드를 다시 확인해 주세요.',
  },
  too_many_codes: {
    en: 'Too many codes. Please try again in a moment.',
    ko: '코드를 너무 많이 요청했습니다. 잠시 후 다시 시도해 주세요.',
  },
  receipt_wrong: { en: 'This page belongs to another phone.', ko: '다른 휴대폰의 페이지입니다.' },
  receipt_stale: {
    en: 'This page is too old. Please scan the QR code again.',
    ko: '오래된 페이지입니다. QR을 다시 비춰 주세요.',
  },
  agreement_wrong: {
    en: 'This page is no longer valid. Please scan the QR code again.',
    ko: '더는 쓸 수 없는 페이지입니다. QR을 다시 비춰 주세요.',
  },
  not_your_phone: {
    en: 'Another phone holds this sign-in.',
    ko: '이 휴대폰에서 시작한 로그인이 아닙니다.',
  },
  in_use: { en: 'Someone else is using this code.', ko: '다른 분이 이 코드를 사용하고 있습니다.' },
  expired: { en: 'The time for this sign-in is over.', ko: '로그인 시간이 지났습니다.' },
  already_ended: { en: 'This sign-in is already over.', ko: '이미 끝난 로그인입니다.' },
  not_approved: { en: 'Nobody has approved this sign-in yet.', ko: '아직 승인되지 않았습니다.' },
  not_claimable: {
    en: 'This sign-in cannot be claimed.',
    ko: '키오스크가 받을 수 없는 로그인입니다.',
  },

  service_unknown: {
    en: 'There is no such service here.',
    ko: '이곳에 없는 업무입니다.',
  },
  service_closed: {
    en: 'This service is closed at the moment.',
    ko: '지금은 접수하지 않는 업무입니다.',
  },
  service_invalid: {
    en: 'Two services have the same id.',
    ko: '업무 두 개의 아이디가 같습니다.',
  },
  hand_off_unknown: { en: 'There is no such hand-off.', ko: '없는 접수입니다.' },
  hand_off_over: { en: 'This hand-off is already over.', ko: '이미 끝난 접수입니다.' },
  staff_call_off: {
    en: 'Nobody can be called from here.',
    ko: '여기서는 직원을 부를 수 없습니다.',
  },

  wrong_credentials: {
    en: 'The user ID or the password is wrong.',
    ko: '아이디 또는 비밀번호가 맞지 않습니다.',
  },
  proof_too_old: {
    en: 'Your sign-in is too long ago for this. Please sign in again.',
    ko: '로그인한 지 오래되었습니다. 다시 로그인해 주세요.',
  },
  signed_out: {
    en: 'You have been signed out. Please sign in again.',
    ko: '로그아웃되었습니다. 다시 로그인해 주세요.',
  },
  passkey_wrong: {
    en: 'That did not work. Please sign in with your user ID and password.',
    ko: '확인하지 못했습니다. 아이디와 비밀번호로 로그인해 주세요.',
  },
  phone_forgotten: {
    en: 'This phone is no longer remembered. Please sign in again.',
    ko: '이 휴대폰은 더 이상 기억되지 않습니다. 다시 로그인해 주세요.',
  },
  account_unusable: { en: 'This account cannot be used.', ko: '사용할 수 없는 계정입니다.' },
  account_exists: {
    en: 'This user ID is taken. Please choose another.',
    ko: '이미 사용 중인 아이디입니다. 다른 아이디를 입력해 주세요.',
  },
  account_id_invalid: {
    en: 'A user ID has 1 to 64 letters, digits and symbols, without spaces.',
    ko: '아이디는 공백 없이 글자, 숫자, 기호로 64자 이내로 입력해 주세요.',
  },
  external_id_taken: {
    en: 'Another account has this external ID.',
    ko: '다른 계정에 이미 있는 등록번호입니다.',
  },
  external_id_invalid: {
    en: 'An external ID has 1 to 64 characters that can be seen, without spaces at its ends.',
    ko: '등록번호는 앞뒤 공백 없이 보이는 글자로 64자 이내로 입력해 주세요.',
  },
  name_invalid: {
    en: 'A name has 1 to 64 characters, and no invisible ones. Please enter it again.',
    ko: '이름은 64자 이내로, 눈에 보이지 않는 기호 없이 다시 입력해 주세요.',
  },
  password_too_short: {
    en: 'A password has 8 characters or more.',
    ko: '비밀번호는 8자 이상이어야 합니다.',
  },
  password_too_long: {
    en: 'A password has at most 1024 characters.',
    ko: '비밀번호는 1024자까지 쓸 수 있습니다.',
  },
  password_too_common: {
    en: 'This password is easy to guess. Please choose another.',
    ko: '너무 흔한 비밀번호입니다. 다른 비밀번호를 입력해 주세요.',
  },
  too_many_tries: {
    en: 'Too many sign-in attempts. Please try again later.',
    ko: '로그인 시도가 너무 많았습니다. 잠시 후 다시 시도해 주세요.',
  },
  too_many: {
    en: 'Too much at once from here. Please try again in a moment.',
    ko: '요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.',
  },
  invitation_wrong: {
    en: 'This invitation code is not valid. Please ask the staff for one.',
    ko: '쓸 수 없는 초대 코드입니다. 직원에게 문의해 주세요.',
  },
  notice_changed: {
    en: 'The notice on this form has changed. Please read it and sign up again.',
    ko: '가입 안내가 바뀌었습니다. 확인하신 뒤 다시 가입해 주세요.',
  },
  registration_closed: { en: 'Sign-up is closed here.', ko: '여기서는 회원가입을 받지 않습니다.' },
  method_not_allowed: {
    en: 'This way to sign in is not open at this kiosk.',
    ko: '이 키오스크에서는 쓸 수 없는 로그인 방법입니다.',
  },

  busy: {
    en: 'Many people are signing in. Please try again in a moment.',
    ko: '지금 이용하는 분이 많습니다. 잠시 후 다시 시도해 주세요.',
  },
  storage_busy: {
    en: 'The database is busy. Please try again in a moment.',
    ko: '데이터베이스가 바쁩니다. 잠시 후 다시 시도해 주세요.',
  },
  outcome_unknown: {
    en: 'We do not know yet whether that was done. Please look again in a moment.',
    ko: '처리되었는지 아직 확인하지 못했습니다. 잠시 후 다시 확인해 주세요.',
  },
  restarting: {
    en: 'The server is restarting. Please try again in a moment.',
    ko: '서버가 다시 시작하고 있습니다. 잠시 후 다시 시도해 주세요.',
  },
  internal: { en: 'Something went wrong here.', ko: '서버에 문제가 생겼습니다.' },
}

/** The sentence for people that goes with a code. */
export function sentence(code: RefusalCode, lang: Language): string {
  return sentences[code][lang]
}
