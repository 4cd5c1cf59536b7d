import type { PhoneKind } from './protocol.ts'
import type { ScreenUpdate } from './screen-update.ts'

export type Language = 'ko' | 'en'

/** A screen's two sentences. */
export interface Message {
  title: string
  text: string
}

interface CodeWords {
  help: string
  open: string
  type: string
  time: string
  close: string
  failed: string
  over: string
  spoken: (address: string, letters: string) => string
}

interface Words {
  idle: Message
  start: string
  pending: string
  qr: string
  remaining: string
  code: CodeWords
  scanned: string
  phone: (kind: PhoneKind) => string
  notMyPhone: string
  approved: Message
  done: (name: string) => string
  doneText: string
  denied: Message
  cancelled: Message
  expired: Message
  unclaimed: Message
  again: string
  trouble: Message
  troubles: Partial<Record<string, Message>>
}

const ko: Words = {
  idle: {
    title: '휴대폰으로 로그인하세요',
    text: '앱 설치 없이, 휴대폰 카메라로 QR을 비추면 됩니다.',
  },
  start: '시작하기',
  pending: '휴대폰 카메라로 비춰 주세요',
  qr: '휴대폰 카메라로 비출 QR 코드',
  remaining: '남은 시간',
  code: {
    help: '카메라가 안 되나요?',
    open: '휴대폰에서 이 주소를 열고',
    type: '이 코드를 입력해 주세요',
    time: '코드 남은 시간',
    close: '코드 닫기',
    failed: '지금은 코드를 받을 수 없습니다. 잠시 후 다시 눌러 주세요.',
    over: '코드의 시간이 지났습니다. 다시 누르면 새 코드가 나옵니다.',
    spoken: (address, letters) =>
      `휴대폰에서 ${address} 주소를 열고 이 코드를 입력해 주세요. ${letters}.`,
  },
  scanned: '휴대폰에서 계속해 주세요',
  phone: kind => {
    const phone = { iphone: '아이폰', android: '안드로이드폰', other: '휴대폰' }[kind]
    return `${phone}에서 QR을 읽었습니다. 휴대폰에서 로그인하면 이 화면이 바로 바뀝니다.`
  },
  notMyPhone: '내 휴대폰이 아니에요',
  approved: { title: '확인하고 있습니다', text: '잠시만 기다려 주세요.' },
  done: name => `${name} 님, 로그인되었습니다`,
  doneText: '이제 휴대폰을 넣으셔도 됩니다.',
  denied: { title: '휴대폰에서 거절했습니다', text: '로그인되지 않았습니다.' },
  cancelled: { title: '취소했습니다', text: '로그인되지 않았습니다.' },
  expired: { title: '시간이 지났습니다', text: '다시 시작해 주세요.' },
  unclaimed: { title: '로그인을 마치지 못했습니다', text: '다시 시작해 주세요.' },
  again: '다시 시작하기',
  trouble: {
    title: '서버에 연결할 수 없습니다',
    text: '연결되면 자동으로 다시 시작합니다. 급하시면 직원에게 말씀해 주세요.',
  },
  troubles: {
    offline: {
      title: '네트워크 연결이 끊어졌습니다',
      text: '연결되면 자동으로 다시 시작합니다. 급하시면 직원에게 말씀해 주세요.',
    },
    slow: {
      title: '연결이 느립니다',
      text: '계속 시도하고 있습니다. 급하시면 직원에게 말씀해 주세요.',
    },
    kiosk_not_enrolled: {
      title: '등록되지 않은 화면입니다',
      text: '관리자가 이 화면을 등록하면 시작할 수 있습니다.',
    },
    kiosk_revoked: {
      title: '사용이 중지된 화면입니다',
      text: '다른 화면을 이용하거나 직원에게 말씀해 주세요.',
    },
  },
}

const en: Words = {
  idle: {
    title: 'Sign in with your phone',
    text: 'No app to install. Point your phone’s camera at the code.',
  },
  start: 'Start',
  pending: 'Point your phone’s camera here',
  qr: 'QR code to scan with your phone’s camera',
  remaining: 'Time left',
  code: {
    help: 'Camera doesn’t work?',
    open: 'Open this address on your phone',
    type: 'and type this code',
    time: 'Valid for',
    close: 'Hide the code',
    failed: 'No code can be had right now. Please try again shortly.',
    over: 'The time for this code is over. Tap again for a new one.',
    spoken: (address, letters) => `Open ${address} on your phone and type this code. ${letters}.`,
  },
  scanned: 'Continue on your phone',
  phone: kind => {
    const phone = { iphone: 'An iPhone', android: 'An Android phone', other: 'A phone' }[kind]
    return `${phone} has read the code. Sign in there and this screen follows at once.`
  },
  notMyPhone: 'Not my phone',
  approved: { title: 'Checking', text: 'One moment, please.' },
  done: name => `${name}, you are signed in`,
  doneText: 'You can put your phone away.',
  denied: { title: 'Declined on the phone', text: 'You are not signed in.' },
  cancelled: { title: 'Cancelled', text: 'You are not signed in.' },
  expired: { title: 'Time is up', text: 'Please start again.' },
  unclaimed: { title: 'The sign-in was not finished', text: 'Please start again.' },
  again: 'Start again',
  trouble: {
    title: 'The server cannot be reached',
    text: 'This screen goes on by itself once it is connected. In a hurry? Please ask the staff.',
  },
  troubles: {
    offline: {
      title: 'No network connection',
      text: 'This screen goes on by itself once it is connected. In a hurry? Please ask the staff.',
    },
    slow: {
      title: 'The connection is slow',
      text: 'This screen keeps trying. In a hurry? Please ask the staff.',
    },
    kiosk_not_enrolled: {
      title: 'This screen is not enrolled',
      text: 'It can be used once an administrator has enrolled it.',
    },
    kiosk_revoked: {
      title: 'This screen has been switched off',
      text: 'Please use another screen, or ask the staff.',
    },
  },
}

export const words: Record<Language, Words> = { ko, en }

/** What a screen says by default, and what a screen reader says of it. */
export function messageOf(step: ScreenUpdate, language: Language): Message {
  const said = words[language]
  switch (step.state) {
    case 'starting':
    case 'pending':
      return { title: said.pending, text: '' }
    case 'scanned':
      return { title: said.scanned, text: said.phone(step.phone ?? 'other') }
    case 'claimed':
      return { title: said.done(step.name ?? ''), text: said.doneText }
    case 'expired':
      return step.reason === 'unclaimed' ? said.unclaimed : said.expired
    case 'trouble':
      return said.troubles[step.code ?? ''] ?? said.trouble
    default:
      return said[step.state]
  }
}
