import type { Message } from './message.ts'
import type { Language } from './protocol.ts'

/** Every word around what a visitor came for: to choose it, to wait for a number, to have one. */
export interface ServiceWords {
  welcome: (name: string) => string
  choose: Pick<Message, 'title'>
  /** Below the choice: what happens when nobody touches the screen. */
  untouched: (seconds: number) => string
  waiting: Message
  accepted: { title: (name: string) => string }
  called: { title: (name: string) => string }
  number: string
  ahead: string
  people: (count: number) => string
  wait: string
  minutes: (count: number) => string
  place: string
  /** Where to go, where the client has no words of its own for it. */
  goTo: (place: string, floor: string | undefined) => string
  onPhone: Message
  /** Staff must help: no answer in time, no word even from the gate, the client refuses or takes it back. */
  staff: Record<'late' | 'unsure' | 'refused', Message>
  chooseAnother: string
}

const ko: ServiceWords = {
  welcome: name => `${name} 님, 반갑습니다`,
  choose: { title: '무엇을 도와드릴까요?' },
  untouched: seconds => `${seconds}초 동안 누르지 않으면 자동으로 끝납니다`,
  waiting: { title: '접수하고\n있습니다', text: '잠시만 기다려 주세요.' },
  accepted: { title: name => `${name} 님,\n접수되었습니다` },
  called: { title: name => `${name} 님,\n지금 들어오세요` },
  number: '대기번호',
  ahead: '앞에',
  people: count => `${count}명`,
  wait: '예상',
  minutes: count => `${count}분`,
  place: '장소',
  goTo: (place, floor) => `가실 곳: ${floor ? `${floor} ` : ''}${place}`,
  onPhone: {
    title: '번호표는 휴대폰에도 있습니다',
    text: '차례가 되면 휴대폰 화면에 나옵니다',
  },
  staff: {
    late: { title: '직원이\n확인해 드립니다', text: '번호는 휴대폰으로 옵니다.' },
    unsure: {
      title: '직원에게\n말씀해 주세요',
      text: '연결이 느려 접수를 확인하지 못했습니다. 계속 시도하고 있습니다.',
    },
    refused: { title: '접수되지\n않았습니다', text: '직원에게 말씀해 주세요.' },
  },
  chooseAnother: '다른 업무 선택하기',
}

const en: ServiceWords = {
  welcome: name => `Welcome, ${name}`,
  choose: { title: 'What can we do for you?' },
  untouched: seconds => `Finishes after ${seconds} seconds without a touch`,
  waiting: { title: 'Checking\nyou in', text: 'One moment, please.' },
  accepted: { title: name => `${name},\nyou are checked in` },
  called: { title: name => `${name},\nplease go in now` },
  number: 'Your number',
  ahead: 'Ahead of you',
  people: count => (count === 0 ? 'No one' : `${count} ${count === 1 ? 'person' : 'people'}`),
  wait: 'About',
  minutes: count => `${count} min`,
  place: 'Place',
  goTo: (place, floor) => `Go to: ${place}${floor ? `, ${floor}` : ''}`,
  onPhone: {
    title: 'Your number is also on your phone',
    text: 'Your phone shows when it is your turn',
  },
  staff: {
    late: {
      title: 'The staff will\nhelp you',
      text: 'Your number will appear on your phone.',
    },
    unsure: {
      title: 'Please ask\nthe staff',
      text: 'The connection is slow, so we do not know yet whether you are checked in. We keep trying.',
    },
    refused: { title: 'You are not\nchecked in', text: 'Please ask the staff.' },
  },
  chooseAnother: 'Choose something else',
}

export const serviceWords: Record<Language, ServiceWords> = { ko, en }
