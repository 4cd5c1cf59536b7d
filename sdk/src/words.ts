import type { Message } from './message.ts'
import type { FinalReason, Language, PhoneKind } from './protocol.ts'
import { type IdleCountdown, type ScreenUpdate, screenOf } from './screen-update.ts'
import { type ServiceWords, serviceWords } from './service-words.ts'
import { type TroubleKind, troubleKindOf } from './trouble.ts'

export type { Message }

/** The words around a code to type. */
export interface CodeWords {
  help: string
  open: string
  type: string
  time: string
  close: string
  failed: string
  over: string
  /** What a screen reader says of the address and of the code's letters. */
  spoken: (address: string, letters: string) => string
}

/** Every word that goes with a state of the kiosk; a word missing in one language does not compile. */
export interface ScreenWords {
  /** Which language it is: for what the kiosk's client says in each. */
  language: Language
  idle: Message
  start: string
  /** Before there is a QR. */
  starting: Message
  pending: Message
  /** What a screen reader says of the QR. */
  qr: string
  remaining: string
  /** Said when few seconds are left to sign in. */
  runsOut: (seconds: number) => string
  moreTime: string
  code: CodeWords
  phones: Record<PhoneKind, string>
  scanned: { title: string; text: (phone: string) => string }
  notMyPhone: string
  approved: Message
  done: { title: (name: string) => string; text: string }
  services: ServiceWords
  /** When a visit ends because nobody touches the screen. */
  returning: (seconds: number) => string
  finish: string
  /** A visit that somebody else than the visitor at this screen has ended. */
  ended: Record<'phone' | 'not_me' | 'revoked' | 'absolute' | 'over', Message>
  denied: Message
  cancelled: Message
  /** The three ways to expire: nobody scanned, nobody finished, the kiosk did not get it. */
  unscanned: Message
  abandoned: Message
  unclaimed: Message
  again: string
  trouble: Record<TroubleKind, Message>
}

const notSignedInKo = '로그인되지 않았습니다.'
const timeIsUpKo: Message = { title: '시간이 지났습니다', text: '다시 시작해 주세요.' }
const signedOutKo = '이 화면에서 로그아웃되었습니다.'
const unreachableKo: Message = {
  title: '서버에\n연결할 수 없습니다',
  text: '연결되면 자동으로 계속됩니다. 급하시면 직원에게 말씀해 주세요.',
}

const ko: ScreenWords = {
  language: 'ko',
  idle: {
    title: '휴대폰으로\n로그인해 주세요',
    text: '앱 설치 없이, 휴대폰 카메라로 QR을 비추면 됩니다.',
  },
  start: '시작하기',
  starting: { title: 'QR을\n준비하고 있습니다', text: '잠시만 기다려 주세요.' },
  pending: { title: '휴대폰 카메라로\n비춰 주세요', text: '' },
  qr: '휴대폰 카메라로 비출 QR',
  remaining: '남은 시간',
  runsOut: seconds => `로그인할 시간이 ${seconds}초 남았습니다.`,
  moreTime: '시간 더 주세요',
  code: {
    help: '카메라가 안 되나요?',
    open: '휴대폰에서 이 주소를 열고',
    type: '이 코드를 입력해 주세요',
    time: '코드 유효 시간',
    close: '코드 닫기',
    failed: '지금은 코드를 받을 수 없습니다. 잠시 후 다시 눌러 주세요.',
    over: '코드의 시간이 지났습니다. 다시 누르면 새 코드가 나옵니다.',
    spoken: (address, letters) =>
      `휴대폰에서 ${address} 주소를 열고 이 코드를 입력해 주세요. ${letters}.`,
  },
  phones: { iphone: '아이폰', android: '안드로이드폰', other: '휴대폰' },
  scanned: {
    title: '휴대폰에서\n계속해 주세요',
    text: phone => `${phone}에서 QR을 읽었습니다.\n휴대폰에서 로그인하면\n이 화면이 바로 바뀝니다.`,
  },
  notMyPhone: '내 휴대폰이 아니에요',
  approved: { title: '확인하고\n있습니다', text: '잠시만 기다려 주세요.' },
  done: {
    title: name => `${name} 님,\n로그인되었습니다`,
    text: '이제 휴대폰을 넣으셔도 됩니다.',
  },
  services: serviceWords.ko,
  returning: seconds => `${seconds}초 뒤 첫 화면으로 돌아갑니다`,
  finish: '끝내기',
  ended: {
    phone: { title: '휴대폰에서\n끝냈습니다', text: signedOutKo },
    not_me: {
      title: '휴대폰에서\n끝냈습니다',
      text: `휴대폰에서 ‘내가 한 것이 아니에요’를 눌렀습니다.\n${signedOutKo}`,
    },
    revoked: {
      title: '사용이 중지된\n화면입니다',
      text: `${signedOutKo}\n다른 화면을 이용하거나 직원에게 말씀해 주세요.`,
    },
    absolute: { title: timeIsUpKo.title, text: signedOutKo },
    over: { title: '끝났습니다', text: signedOutKo },
  },
  denied: { title: '로그인되지\n않았습니다', text: '휴대폰에서 ‘본인이 아닙니다’를 눌렀습니다.' },
  cancelled: { title: '취소했습니다', text: notSignedInKo },
  unscanned: timeIsUpKo,
  abandoned: timeIsUpKo,
  unclaimed: { title: '로그인을\n마치지 못했습니다', text: timeIsUpKo.text },
  again: '다시 시작하기',
  trouble: {
    offline: { title: '네트워크 연결이\n끊어졌습니다', text: unreachableKo.text },
    unreachable: unreachableKo,
    busy: {
      title: '잠시만\n기다려 주세요',
      text: '서버가 바쁩니다. 곧 자동으로 계속됩니다.',
    },
    slow: {
      title: '연결이\n느립니다',
      text: '계속 시도하고 있습니다. 급하시면 직원에게 말씀해 주세요.',
    },
    not_enrolled: {
      title: '이 화면은 아직\n등록되지 않았습니다',
      text: '관리자가 이 화면을 등록하면 시작할 수 있습니다.',
    },
    revoked: {
      title: '사용이 중지된\n화면입니다',
      text: '다른 화면을 이용하거나 직원에게 말씀해 주세요.',
    },
  },
}

const notSignedInEn = 'You are not signed in.'
const timeIsUpEn: Message = { title: 'Time is up', text: 'Please try again.' }
const signedOutEn = 'You are signed out of this screen.'
const secondsEn = (count: number) => `${count} ${count === 1 ? 'second' : 'seconds'}`
const unreachableEn: Message = {
  title: 'The server cannot\nbe reached',
  text: 'It will continue automatically. In\u00a0a\u00a0hurry? Please ask the staff.',
}

const en: ScreenWords = {
  language: 'en',
  idle: {
    title: 'Sign in with\nyour phone',
    text: 'No app to install. Point your phone’s camera at the QR code.',
  },
  start: 'Start',
  starting: { title: 'Getting your\nQR code ready', text: 'One moment, please.' },
  pending: { title: 'Point your phone’s\ncamera here', text: '' },
  qr: 'QR code to scan with your phone’s camera',
  remaining: 'Time left',
  runsOut: seconds => `${secondsEn(seconds)} left to sign in.`,
  moreTime: 'More time',
  code: {
    help: 'Camera doesn’t work?',
    open: 'Open this address on your phone',
    type: 'and enter this code',
    time: 'Valid for',
    close: 'Hide the code',
    failed: 'We can’t show a code right now. Please try again in a moment.',
    over: 'This code has expired. Tap again for a new one.',
    spoken: (address, letters) => `Open ${address} on your phone and enter this code. ${letters}.`,
  },
  phones: { iphone: 'an iPhone', android: 'an Android phone', other: 'a phone' },
  scanned: {
    title: 'Continue on\nyour phone',
    text: phone => `Scanned with ${phone}.\nSign in on your phone to continue.`,
  },
  notMyPhone: 'Not my phone',
  approved: { title: 'Checking', text: 'One moment, please.' },
  done: { title: name => `${name},\nyou are signed in`, text: 'You can put your phone away.' },
  services: serviceWords.en,
  returning: seconds => `Returning to start in ${secondsEn(seconds)}`,
  finish: 'Finish',
  ended: {
    phone: { title: 'Finished on\nthe phone', text: signedOutEn },
    not_me: {
      title: 'Finished on\nthe phone',
      text: `“It was not me” was pressed on the phone.\n${signedOutEn}`,
    },
    revoked: {
      title: 'This screen has been\nswitched off',
      text: `${signedOutEn}\nPlease use another screen, or ask the staff.`,
    },
    absolute: { title: timeIsUpEn.title, text: signedOutEn },
    over: { title: 'Finished', text: signedOutEn },
  },
  denied: { title: 'Not\nsigned in', text: '“Not me” was pressed on the phone.' },
  cancelled: { title: 'Cancelled', text: notSignedInEn },
  unscanned: timeIsUpEn,
  abandoned: timeIsUpEn,
  unclaimed: { title: 'The sign-in\nwas not finished', text: timeIsUpEn.text },
  again: 'Try again',
  trouble: {
    offline: { title: 'No network\nconnection', text: unreachableEn.text },
    unreachable: unreachableEn,
    busy: {
      title: 'One moment,\nplease',
      text: 'The server is busy. It will continue automatically.',
    },
    slow: {
      title: 'The connection\nis slow',
      text: 'We keep trying. In\u00a0a\u00a0hurry? Please ask the staff.',
    },
    not_enrolled: {
      title: 'This screen is not\nenrolled yet',
      text: 'It can be used once an administrator has enrolled it.',
    },
    revoked: {
      title: 'This screen has been\nswitched off',
      text: 'Please use another screen, or ask the staff.',
    },
  },
}

/** The words that `<qrgate-kiosk>` shows; a page for something more special replaces some of them. */
export const screenWords: Record<Language, ScreenWords> = { ko, en }

/** What a screen says of a state, and what a screen reader says of it. */
export function messageOf(update: ScreenUpdate, words: ScreenWords): Message {
  const { state, phone = 'other', name = '', reason, code } = update
  switch (state) {
    case 'scanned':
      return { title: words.scanned.title, text: words.scanned.text(words.phones[phone]) }
    case 'claimed':
      return visitMessageOf(update, words, name)
    case 'expired':
      return words[expiryOf(reason)]
    case 'cancelled': {
      const end = endOf(reason)
      return end === 'over'
        ? words.cancelled
        : { ...words.cancelled, title: words.ended[end].title }
    }
    case 'ended':
      return words.ended[endOf(reason)]
    case 'trouble':
      return words.trouble[troubleKindOf(code)]
    default:
      return words[state]
  }
}

function visitMessageOf(update: ScreenUpdate, words: ScreenWords, name: string): Message {
  const { done, services } = words
  switch (screenOf(update)) {
    case 'services':
      return { ...services.choose, text: services.welcome(name) }
    case 'waiting':
      return services.waiting
    case 'ticket': {
      const { title } = update.handOff?.state === 'called' ? services.called : services.accepted
      return { title: title(name), text: '' }
    }
    case 'staff':
      return staffMessageOf(update, words)
    default:
      return { title: done.title(name), text: done.text }
  }
}

function staffMessageOf({ handOff, choosing }: ScreenUpdate, words: ScreenWords): Message {
  const { late, unsure, refused } = words.services.staff
  if (choosing !== undefined) return unsure
  const { state, text } = handOff ?? {}
  if (state === 'requested' || state === 'failed') return late
  // The client's own words, as it knows why.
  return { ...refused, text: text?.[words.language] || refused.text }
}

/** What a screen reader says of a countdown: once at thirty seconds, at ten and at five. */
export function countdownSaid(countdown: IdleCountdown | undefined, words: ScreenWords): string {
  const said = [5, 10, 30].find(seconds => countdown && countdown.seconds <= seconds)
  return said && countdown && said < countdown.of ? words.returning(said) : ''
}

function expiryOf(reason: FinalReason | undefined): 'unscanned' | 'abandoned' | 'unclaimed' {
  return reason === 'abandoned' || reason === 'unclaimed' ? reason : 'unscanned'
}

function endOf(reason: FinalReason | undefined): keyof ScreenWords['ended'] {
  switch (reason) {
    case 'phone':
    case 'not_me':
    case 'revoked':
    case 'absolute':
      return reason
    default:
      return 'over'
  }
}
