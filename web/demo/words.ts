import type { Language } from '../look/language.ts'

interface Step {
  title: string
  text: string
}

/** Every word of the demo page; a word missing in one language does not compile. */
export interface Words {
  languages: string
  tag: string
  title: string
  steps: string
  scanning: Step
  /** Where the form is filled in, and where the visitor has to do that. */
  signingIn: Record<'ready' | 'own', Step>
  choosing: Step
  /** Where the desk is seen, and where it is not. */
  number: Record<'desk' | 'board', Step>
  kiosk: string
  phone: string
  desk: string
  board: string
  deskHint: string
  aiming: string
  notYet: string
  scan: string
  again: string
}

const ko: Words = {
  languages: '언어 선택',
  tag: '데모',
  title: '휴대폰 없이 해 보세요',
  steps: '순서',
  scanning: { title: 'QR 비추기', text: '카메라 대신 버튼을 누릅니다.' },
  signingIn: {
    ready: { title: '로그인', text: '아이디와 비밀번호를 채워 두었습니다.' },
    own: { title: '로그인', text: '휴대폰에서 로그인하거나 회원가입합니다.' },
  },
  choosing: { title: '업무 선택하기', text: '키오스크에서 업무를 선택합니다.' },
  number: {
    desk: { title: '번호 받기', text: '세 화면에 같은 번호가 보입니다.' },
    board: { title: '번호 받기', text: '두 화면에 같은 번호가 보입니다.' },
  },
  kiosk: '키오스크',
  phone: '휴대폰',
  desk: '접수대',
  board: '대기 현황판',
  deskHint:
    '접수대는 이름이 보이므로 터미널에 나온 주소로 한 브라우저에서만 열립니다. 데모를 Ctrl+C로 멈추고 다시 시작하면 새 주소가 나옵니다.',
  aiming: '키오스크의 QR을 비추고 있습니다',
  notYet: '먼저 키오스크에서\n시작하기를 눌러 주세요',
  scan: 'QR 비추기',
  again: '다음 방문자',
}

const en: Words = {
  languages: 'Language',
  tag: 'Demo',
  title: 'Try it without a phone',
  steps: 'Steps',
  scanning: { title: 'Scan', text: 'A button stands in for the camera.' },
  signingIn: {
    ready: { title: 'Sign in', text: 'User ID and password are filled in.' },
    own: { title: 'Sign in', text: 'Sign in or sign up on the phone.' },
  },
  choosing: { title: 'Choose', text: 'Choose a service on the kiosk.' },
  number: {
    desk: { title: 'Your number', text: 'The same on kiosk, phone and desk.' },
    board: { title: 'Your number', text: 'The same on kiosk and phone.' },
  },
  kiosk: 'Kiosk',
  phone: 'Phone',
  desk: 'Desk',
  board: 'Waiting room board',
  deskHint:
    'The desk shows names, so the address in the terminal opens it in one browser only. Stop the demo with Ctrl+C and start it again: a new address is printed.',
  aiming: 'Pointing at the kiosk’s QR code',
  notYet: 'First press Start\non the kiosk',
  scan: 'Scan',
  again: 'Next visitor',
}

export const words: Record<Language, Words> = { ko, en }
