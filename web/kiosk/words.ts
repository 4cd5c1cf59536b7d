import { type Message, type ScreenWords, screenWords } from '@qrgate/sdk/screen-parts'
import type { Language } from '../look/language.ts'

/** What this page shows beside the states of the kiosk. */
interface PageWords {
  languages: string
  demo: string
  letter: string
  larger: string
  smaller: string
  help: string
  cancel: string
  progress: { label: string; scan: string; signIn: string; done: string; over: string }
  preparing: string
  doneAt: string
  returning: (seconds: number) => string
  finish: string
  first: string
  retrying: string
  helpBox: { title: string; text: string; instructions: string[]; close: string }
}

/** Where a reception says "checked in" and the SDK's own words say "signed in", or say no more. */
interface CheckInWords extends Pick<ScreenWords, 'idle' | 'start' | 'done' | 'unclaimed'> {
  titles: Record<'busy' | 'not_enrolled', string>
  texts: Record<'pending' | 'denied' | 'cancelled' | 'unscanned' | 'abandoned', string>
  scanned: ScreenWords['scanned']['text']
  troubles: Record<keyof ScreenWords['trouble'], string>
}

/** Every word the kiosk page shows; a word missing in one language does not compile. */
export type Words = ScreenWords & PageWords

const unreachableKo = '지금은 이 화면에서 접수할 수 없습니다.\n연결되면 자동으로 다시 시작합니다.'

const ko = checkIn(screenWords.ko, {
  idle: {
    title: '휴대폰으로\n접수하세요',
    text: '앱 설치 없이, 휴대폰 카메라로 QR을 비추면 바로 접수됩니다.',
  },
  start: '접수 시작하기',
  scanned: phone =>
    `${phone}에서 QR을 읽었습니다.\n휴대폰 화면에서 로그인하면 이 화면이 바로 바뀝니다.`,
  done: {
    title: name => `${name} 님,\n접수되었습니다`,
    text: '안내해 드릴 때까지 잠시 기다려 주세요',
  },
  texts: {
    pending: '앱이 없어도 됩니다.\nQR이 열리면 휴대폰에서 로그인하세요.',
    denied: '접수되지 않았습니다.\n접수하려면 다시 시작해 주세요.',
    cancelled: '접수되지 않았습니다.',
    unscanned: 'QR을 비춘 휴대폰이 없었습니다.\n접수하려면 다시 시작해 주세요.',
    abandoned: '휴대폰에서 로그인이 끝나지 않았습니다.\n접수하려면 다시 시작해 주세요.',
  },
  unclaimed: {
    title: '접수하지 못했습니다',
    text: '휴대폰에서는 로그인했지만 이 화면이 제때 받지 못했습니다.\n다시 시작해 주세요.',
  },
  titles: {
    busy: '잠시만\n기다려 주세요',
    not_enrolled: '아직 등록되지 않은\n화면입니다',
  },
  troubles: {
    offline: unreachableKo,
    unreachable: unreachableKo,
    busy: '서버가 바쁩니다.\n곧 자동으로 다시 시작합니다.',
    slow: 'QR을 받고 있습니다.\n연결되면 자동으로 다시 시작합니다.',
    not_enrolled: '관리자가 이 화면을 등록하면 접수를 시작할 수 있습니다.',
    revoked: '다른 접수 화면을 이용하거나 직원에게 말씀해 주세요.',
  },
})

const pageKo: PageWords = {
  languages: '언어 선택',
  demo: '데모',
  letter: '가',
  larger: '글자 크게',
  smaller: '글자 작게',
  help: '도움 요청',
  cancel: '취소',
  progress: {
    label: '접수 단계',
    scan: 'QR 비추기',
    signIn: '휴대폰에서 로그인',
    done: '완료',
    over: '마침',
  },
  preparing: '화면을 준비하고 있습니다',
  doneAt: '접수 시각',
  returning: seconds => `${seconds}초 뒤 첫 화면으로 돌아갑니다`,
  finish: '지금 끝내기',
  first: '첫 화면으로',
  retrying: '다시 연결하고 있습니다',
  helpBox: {
    title: '직원에게 말씀해 주세요',
    text: '가까운 직원이 접수를 도와드립니다.\n혼자 하시려면 이렇게 해 주세요.',
    instructions: [
      '휴대폰의 카메라 앱을 엽니다.',
      '이 화면의 QR을 비추고, 휴대폰에 뜨는 주소를 누릅니다.',
      '휴대폰에서 로그인합니다.',
    ],
    close: '닫기',
  },
}

const unreachableEn =
  'This screen cannot check you in right now. It goes on by itself once it is connected.'

const en = checkIn(screenWords.en, {
  idle: {
    title: 'Check in with\nyour phone',
    text: 'No app to install. Point your phone’s camera at the code and you are checked in.',
  },
  start: 'Check in',
  scanned: screenWords.en.scanned.text,
  done: {
    title: name => `${name},\nyou are checked in`,
    text: 'Please wait until we call you',
  },
  texts: {
    pending: 'No app needed. When the page opens, sign in on your phone.',
    denied: 'You are not checked in. To check in, please start again.',
    cancelled: 'You are not checked in.',
    unscanned: 'Nobody scanned the code. To check in, please start again.',
    abandoned: 'The sign-in on the phone was not finished. To check in, please start again.',
  },
  unclaimed: {
    title: 'Not checked in',
    text: 'The phone signed in, but this screen did not hear of it in time. Please start again.',
  },
  titles: {
    busy: 'One moment,\nplease',
    not_enrolled: 'This screen is\nnot enrolled yet',
  },
  troubles: {
    offline: unreachableEn,
    unreachable: unreachableEn,
    busy: 'The server is busy. This screen goes on by itself shortly.',
    slow: 'Fetching the code. This screen goes on by itself.',
    not_enrolled: 'Check-in starts here once an administrator has enrolled this screen.',
    revoked: 'Please use another screen, or ask the staff.',
  },
})

const pageEn: PageWords = {
  languages: 'Language',
  demo: 'Demo',
  letter: 'A',
  larger: 'Larger text',
  smaller: 'Smaller text',
  help: 'Help',
  cancel: 'Cancel',
  progress: {
    label: 'Check-in steps',
    scan: 'Scan the code',
    signIn: 'Sign in on phone',
    done: 'Done',
    over: 'finished',
  },
  preparing: 'Getting this screen ready',
  doneAt: 'Checked in at',
  returning: seconds => `Back to the first screen in ${seconds} s`,
  finish: 'Finish now',
  first: 'First screen',
  retrying: 'Reconnecting',
  helpBox: {
    title: 'Please ask the staff',
    text: 'Someone nearby will help you check in. To do it yourself:',
    instructions: [
      'Open your phone’s camera.',
      'Point it at the code on this screen and tap the link that appears.',
      'Sign in on your phone.',
    ],
    close: 'Close',
  },
}

export const words: Record<Language, Words> = { ko: { ...ko, ...pageKo }, en: { ...en, ...pageEn } }

/** The SDK's words with a reception's own put in their place. */
function checkIn(general: ScreenWords, own: CheckInWords): ScreenWords {
  const { idle, start, done, unclaimed, titles, texts, troubles } = own
  const withText = (message: Message, text: string) => ({ ...message, text })
  const { pending, denied, cancelled, unscanned, abandoned, trouble } = general
  return {
    ...general,
    idle,
    start,
    pending: withText(pending, texts.pending),
    scanned: { ...general.scanned, text: own.scanned },
    done,
    denied: withText(denied, texts.denied),
    cancelled: withText(cancelled, texts.cancelled),
    unscanned: withText(unscanned, texts.unscanned),
    abandoned: withText(abandoned, texts.abandoned),
    unclaimed,
    trouble: {
      offline: withText(trouble.offline, troubles.offline),
      unreachable: withText(trouble.unreachable, troubles.unreachable),
      busy: { title: titles.busy, text: troubles.busy },
      slow: withText(trouble.slow, troubles.slow),
      not_enrolled: { title: titles.not_enrolled, text: troubles.not_enrolled },
      revoked: withText(trouble.revoked, troubles.revoked),
    },
  }
}
