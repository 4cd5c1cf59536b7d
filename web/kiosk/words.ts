import { type Message, type ScreenWords, screenWords } from '@qrgate/sdk/screen-parts'
import type { Language } from '../look/language.ts'
import type { StaffCallState } from './staff-call.ts'

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
  /** Where the number is printed. */
  slip: Message
  first: string
  retrying: string
  /** In place of how a screen is enrolled. */
  noCookies: Message
  helpBox: { title: string; text: string; instructions: string[]; close: string }
  /** In the help dialog, where somebody hears of a call. */
  staffCall: {
    help: string
    title: string
    call: string
    said: Record<StaffCallState, string>
    alone: string
  }
}

/** Every word the kiosk page shows; a word missing in one language does not compile. */
export type Words = ScreenWords & PageWords

const ko: PageWords = {
  languages: '언어 선택',
  demo: '데모',
  letter: '가',
  larger: '글자 크게',
  smaller: '글자 작게',
  help: '도움말',
  cancel: '취소',
  progress: {
    label: '로그인 단계',
    scan: 'QR 비추기',
    signIn: '휴대폰에서 로그인',
    done: '완료',
    over: '마침',
  },
  preparing: '화면을 준비하고 있습니다',
  doneAt: '로그인 시각',
  slip: { title: '번호표를 뽑아 주세요', text: '프린터에서 나옵니다' },
  first: '처음으로',
  retrying: '다시 연결하고 있습니다',
  noCookies: {
    title: '쿠키가\n꺼져 있습니다',
    text: '이 브라우저가 쿠키를 저장하지 않아 키오스크로 쓸 수 없습니다.\n브라우저 설정에서 쿠키를 허용하고 새로 고쳐 주세요.',
  },
  helpBox: {
    title: '직원에게 말씀해 주세요',
    text: '가까운 직원이 도와드립니다.\n혼자 하시려면 이렇게 해 주세요.',
    instructions: [
      '휴대폰의 카메라 앱을 엽니다.',
      '이 화면의 QR을 비추고, 휴대폰에 나오는 링크를 누릅니다.',
      '휴대폰에서 로그인합니다.',
    ],
    close: '닫기',
  },
  staffCall: {
    help: '도움 요청',
    title: '도움이 필요하신가요?',
    call: '직원 부르기',
    said: {
      idle: '누르면 직원이 이곳으로 옵니다.',
      calling: '직원을 부르고 있습니다.',
      coming: '직원을 불렀습니다. 곧 이곳으로 옵니다.',
      repeated: '조금 전에 직원을 불렀습니다. 잠시만 기다려 주세요.',
      failed: '지금은 직원을 부를 수 없습니다. 다시 누르거나 가까운 직원에게 말씀해 주세요.',
    },
    alone: '혼자 하시려면 이렇게 해 주세요.',
  },
}

const en: PageWords = {
  languages: 'Language',
  demo: 'Demo',
  letter: 'A',
  larger: 'Larger text',
  smaller: 'Smaller text',
  help: 'Help',
  cancel: 'Cancel',
  progress: {
    label: 'Sign-in steps',
    scan: 'Scan the QR code',
    signIn: 'Sign in on phone',
    done: 'Done',
    over: 'finished',
  },
  preparing: 'Getting this screen ready',
  doneAt: 'Signed in at',
  slip: { title: 'Please take your slip', text: 'It comes out of the printer' },
  first: 'Start over',
  retrying: 'Reconnecting',
  noCookies: {
    title: 'Cookies are\nturned off',
    text: 'This browser does not keep cookies, so it cannot be a kiosk.\nAllow cookies in its settings, then reload this page.',
  },
  helpBox: {
    title: 'Please ask the staff',
    text: 'Someone nearby will help you. To do it yourself:',
    instructions: [
      'Open your phone’s camera.',
      'Point it at the QR code on this screen and tap the link that appears.',
      'Sign in on your phone.',
    ],
    close: 'Close',
  },
  staffCall: {
    help: 'Help',
    title: 'Do you need help?',
    call: 'Call staff',
    said: {
      idle: 'Someone will come to you here.',
      calling: 'Calling the staff.',
      coming: 'The staff know. Someone is coming to you here.',
      repeated: 'The staff were called a moment ago. Someone is on the way.',
      failed: 'We can’t call the staff right now. Please try again, or ask someone nearby.',
    },
    alone: 'To do it yourself:',
  },
}

/** Beside the QR there is room for what comes after it. */
const pendingTexts: Record<Language, string> = {
  ko: '앱이 없어도 됩니다.\n페이지가 열리면 휴대폰에서 로그인해 주세요.',
  en: 'No app needed. When the page opens, sign in on your phone.',
}

/** A command that no line break parts. */
const command = 'qrgate kiosk add'.replaceAll(' ', '\u00a0')

/** On the gate's own page whoever stands before such a screen may be who can mend it. */
const refusedTexts: Record<Language, Record<'not_enrolled' | 'revoked', string>> = {
  ko: {
    not_enrolled: `관리자가 ${command}로 만든 링크를 이 화면에서 열면 등록됩니다.\n방문하신 분은 직원에게 말씀해 주세요.`,
    revoked:
      '다른 화면을 이용하거나 직원에게 말씀해 주세요.\n다시 쓰려면 관리자가 새 링크로 등록해야 합니다.',
  },
  en: {
    not_enrolled: `To enrol it, open a link from “${command}” here.\nVisitors, please ask the staff.`,
    revoked:
      'Please use another screen, or ask the staff.\nTo use this one again, an administrator enrols it with a new link.',
  },
}

export const words: Record<Language, Words> = {
  ko: together('ko', ko),
  en: together('en', en),
}

function together(language: Language, own: PageWords): Words {
  const general = screenWords[language]
  const pending = { ...general.pending, text: pendingTexts[language] }
  const { not_enrolled, revoked } = refusedTexts[language]
  const trouble = {
    ...general.trouble,
    not_enrolled: { ...general.trouble.not_enrolled, text: not_enrolled },
    revoked: { ...general.trouble.revoked, text: revoked },
  }
  return { ...general, pending, trouble, ...own }
}
