import type { PhoneKind } from '@qrgate/sdk/protocol'
import type { Language } from '../look/language.ts'
import type { TroubleKind } from './trouble.ts'

interface Message {
  title: string
  text: string
}

/** For visitors whose camera cannot help. */
interface CodeWords {
  help: string
  open: string
  type: string
  time: string
  close: string
  failed: string
  over: string
}

/** Every word the kiosk page shows; a word missing in one language does not compile. */
export interface Words {
  languages: string
  demo: string
  letter: string
  larger: string
  smaller: string
  help: string
  cancel: string
  steps: { label: string; scan: string; signIn: string; done: string; over: string }
  preparing: string
  idle: Message & { start: string }
  pending: Message
  code: CodeWords
  scanned: { title: string; text: (phone: PhoneKind) => string; notMine: string }
  approved: Message
  done: {
    title: (name: string) => string
    time: string
    text: string
    returning: (seconds: number) => string
    finish: string
  }
  again: string
  first: string
  denied: Message
  cancelled: Message
  unscanned: Message
  abandoned: Message
  unclaimed: Message
  trouble: Record<TroubleKind, Message>
  retrying: string
  helpBox: { title: string; text: string; steps: string[]; close: string }
}

const phonesKo: Record<PhoneKind, string> = {
  iphone: '아이폰',
  android: '안드로이드폰',
  other: '휴대폰',
}

const phonesEn: Record<PhoneKind, string> = {
  iphone: 'An iPhone',
  android: 'An Android phone',
  other: 'A phone',
}

const ko: Words = {
  languages: '언어 선택',
  demo: '데모',
  letter: '가',
  larger: '글자 크게',
  smaller: '글자 작게',
  help: '도움 요청',
  cancel: '취소',
  steps: {
    label: '접수 단계',
    scan: 'QR 비추기',
    signIn: '휴대폰에서 로그인',
    done: '완료',
    over: '마침',
  },
  preparing: '화면을 준비하고 있습니다',
  idle: {
    title: '휴대폰으로\n접수하세요',
    text: '앱 설치 없이, 휴대폰 카메라로 QR을 비추면 바로 접수됩니다.',
    start: '접수 시작하기',
  },
  pending: {
    title: '휴대폰 카메라로\n비춰 주세요',
    text: '앱이 없어도 됩니다.\nQR이 열리면 휴대폰에서 로그인하세요.',
  },
  code: {
    help: '카메라가 안 되나요?',
    open: '휴대폰에서 이 주소를 열고',
    type: '이 코드를 입력해 주세요',
    time: '코드 남은 시간',
    close: '코드 닫기',
    failed: '지금은 코드를 받을 수 없습니다. 잠시 후 다시 눌러 주세요.',
    over: '코드의 시간이 지났습니다. 다시 누르면 새 코드가 나옵니다.',
  },
  scanned: {
    title: '휴대폰에서\n계속해 주세요',
    text: phone =>
      `${phonesKo[phone]}에서 QR을 읽었습니다.\n휴대폰 화면에서 로그인하면 이 화면이 바로 바뀝니다.`,
    notMine: '내 휴대폰이 아니에요',
  },
  approved: {
    title: '확인하고\n있습니다',
    text: '잠시만 기다려 주세요.',
  },
  done: {
    title: name => `${name} 님,\n접수되었습니다`,
    time: '접수 시각',
    text: '안내해 드릴 때까지 잠시 기다려 주세요',
    returning: seconds => `${seconds}초 뒤 첫 화면으로 돌아갑니다`,
    finish: '지금 끝내기',
  },
  again: '다시 시작하기',
  first: '첫 화면으로',
  denied: {
    title: '휴대폰에서\n거절했습니다',
    text: '접수되지 않았습니다.\n접수하려면 다시 시작해 주세요.',
  },
  cancelled: {
    title: '취소했습니다',
    text: '접수되지 않았습니다.',
  },
  unscanned: {
    title: '시간이 지났습니다',
    text: 'QR을 비춘 휴대폰이 없었습니다.\n접수하려면 다시 시작해 주세요.',
  },
  abandoned: {
    title: '시간이 지났습니다',
    text: '휴대폰에서 로그인이 끝나지 않았습니다.\n접수하려면 다시 시작해 주세요.',
  },
  unclaimed: {
    title: '접수하지 못했습니다',
    text: '휴대폰에서는 로그인했지만 이 화면이 제때 받지 못했습니다.\n다시 시작해 주세요.',
  },
  trouble: {
    offline: {
      title: '네트워크 연결이\n끊어졌습니다',
      text: '지금은 이 화면에서 접수할 수 없습니다.\n연결되면 자동으로 다시 시작합니다.',
    },
    unreachable: {
      title: '서버에\n연결할 수 없습니다',
      text: '지금은 이 화면에서 접수할 수 없습니다.\n연결되면 자동으로 다시 시작합니다.',
    },
    busy: {
      title: '잠시만\n기다려 주세요',
      text: '서버가 바쁩니다.\n곧 자동으로 다시 시작합니다.',
    },
    slow: {
      title: '연결이\n느립니다',
      text: 'QR을 받고 있습니다.\n연결되면 자동으로 다시 시작합니다.',
    },
    not_enrolled: {
      title: '아직 등록되지 않은\n화면입니다',
      text: '관리자가 이 화면을 등록하면 접수를 시작할 수 있습니다.',
    },
    revoked: {
      title: '사용이 중지된\n화면입니다',
      text: '다른 접수 화면을 이용하거나 직원에게 말씀해 주세요.',
    },
  },
  retrying: '다시 연결하고 있습니다',
  helpBox: {
    title: '직원에게 말씀해 주세요',
    text: '가까운 직원이 접수를 도와드립니다.\n혼자 하시려면 이렇게 해 주세요.',
    steps: [
      '휴대폰의 카메라 앱을 엽니다.',
      '이 화면의 QR을 비추고, 휴대폰에 뜨는 주소를 누릅니다.',
      '휴대폰에서 로그인합니다.',
    ],
    close: '닫기',
  },
}

const en: Words = {
  languages: 'Language',
  demo: 'Demo',
  letter: 'A',
  larger: 'Larger text',
  smaller: 'Smaller text',
  help: 'Help',
  cancel: 'Cancel',
  steps: {
    label: 'Check-in steps',
    scan: 'Scan the code',
    signIn: 'Sign in on phone',
    done: 'Done',
    over: 'finished',
  },
  preparing: 'Getting this screen ready',
  idle: {
    title: 'Check in with\nyour phone',
    text: 'No app to install. Point your phone’s camera at the code and you are checked in.',
    start: 'Check in',
  },
  pending: {
    title: 'Point your phone’s\ncamera here',
    text: 'No app needed. When the page opens, sign in on your phone.',
  },
  code: {
    help: 'Camera doesn’t work?',
    open: 'Open this address on your phone',
    type: 'and type this code',
    time: 'Valid for',
    close: 'Hide the code',
    failed: 'No code can be had right now. Please try again shortly.',
    over: 'The time for this code is over. Tap again for a new one.',
  },
  scanned: {
    title: 'Continue on\nyour phone',
    text: phone =>
      `${phonesEn[phone]} has read the code.\nSign in there and this screen follows at once.`,
    notMine: 'Not my phone',
  },
  approved: {
    title: 'Checking',
    text: 'One moment, please.',
  },
  done: {
    title: name => `${name},\nyou are checked in`,
    time: 'Checked in at',
    text: 'Please wait until we call you',
    returning: seconds => `Back to the first screen in ${seconds} s`,
    finish: 'Finish now',
  },
  again: 'Start again',
  first: 'First screen',
  denied: {
    title: 'Declined on\nthe phone',
    text: 'You are not checked in. To check in, please start again.',
  },
  cancelled: {
    title: 'Cancelled',
    text: 'You are not checked in.',
  },
  unscanned: {
    title: 'Time is up',
    text: 'Nobody scanned the code. To check in, please start again.',
  },
  abandoned: {
    title: 'Time is up',
    text: 'The sign-in on the phone was not finished. To check in, please start again.',
  },
  unclaimed: {
    title: 'Not checked in',
    text: 'The phone signed in, but this screen did not hear of it in time. Please start again.',
  },
  trouble: {
    offline: {
      title: 'No network\nconnection',
      text: 'This screen cannot check you in right now. It goes on by itself once it is connected.',
    },
    unreachable: {
      title: 'The server cannot\nbe reached',
      text: 'This screen cannot check you in right now. It goes on by itself once it is connected.',
    },
    busy: {
      title: 'One moment,\nplease',
      text: 'The server is busy. This screen goes on by itself shortly.',
    },
    slow: {
      title: 'The connection\nis slow',
      text: 'Fetching the code. This screen goes on by itself.',
    },
    not_enrolled: {
      title: 'This screen is\nnot enrolled yet',
      text: 'Check-in starts here once an administrator has enrolled this screen.',
    },
    revoked: {
      title: 'This screen has been\nswitched off',
      text: 'Please use another check-in screen, or ask the staff.',
    },
  },
  retrying: 'Reconnecting',
  helpBox: {
    title: 'Please ask the staff',
    text: 'Someone nearby will help you check in. To do it yourself:',
    steps: [
      'Open your phone’s camera.',
      'Point it at the code on this screen and tap the link that appears.',
      'Sign in on your phone.',
    ],
    close: 'Close',
  },
}

export const words: Record<Language, Words> = { ko, en }
