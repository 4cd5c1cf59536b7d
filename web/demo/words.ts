import type { Language } from '../look/language.ts'

/** Every word of the demo page; a word missing in one language does not compile. */
export interface Words {
  languages: string
  tag: string
  title: string
  text: string
  instructions: { title: string; text: string }[]
  kiosk: string
  phone: string
  aiming: string
  notYet: string
  scan: string
  again: string
}

const ko: Words = {
  languages: '언어 선택',
  tag: '데모',
  title: '휴대폰 없이\n해 보세요',
  text: '접수대의 키오스크와 방문자의 휴대폰을 한 화면에 담았습니다. 카메라 대신 스캔하기를 누르면 됩니다.',
  instructions: [
    { title: '시작하기', text: '키오스크에서 버튼을 누르면 QR이 나타납니다.' },
    { title: '스캔하기', text: '휴대폰이 QR을 읽고 로그인 화면을 엽니다.' },
    { title: '로그인', text: '휴대폰에서 로그인하거나 회원가입하면 키오스크가 바로 바뀝니다.' },
  ],
  kiosk: '키오스크',
  phone: '휴대폰',
  aiming: '키오스크의 QR을 비추고 있습니다',
  notYet: '먼저 키오스크에서\n시작하기를 눌러 주세요',
  scan: '스캔하기',
  again: '다시 해 보기',
}

const en: Words = {
  languages: 'Language',
  tag: 'Demo',
  title: 'Try it without\na phone',
  text: 'The kiosk in the lobby and the visitor’s phone, in one window. The Scan button stands in for the camera.',
  instructions: [
    { title: 'Start', text: 'Press the button on the kiosk and a QR code appears.' },
    { title: 'Scan', text: 'The phone reads the code and opens the sign-in page.' },
    { title: 'Sign in', text: 'Sign in or sign up on the phone: the kiosk follows at once.' },
  ],
  kiosk: 'Kiosk',
  phone: 'Phone',
  aiming: 'Pointing at the kiosk’s QR code',
  notYet: 'First press Start\non the kiosk',
  scan: 'Scan',
  again: 'Try again',
}

export const words: Record<Language, Words> = { ko, en }
