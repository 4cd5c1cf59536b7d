import type { Localized } from '@qrgate/sdk/protocol'
import type { BoardCall } from '../../src/wire.ts'
import type { Language } from '../look/language.ts'

/** Every word of the waiting room's board. */
export const words = {
  ko: {
    title: '대기 현황판',
    now: '지금 부르는 번호',
    before: '앞서 부른 번호',
    none: '곧 번호를 부릅니다',
    noneText: '번호는 휴대폰에도 있습니다',
    connecting: '연결하고 있습니다',
    waiting: (count: number) => `기다리는 분 ${count}명`,
    sound: '소리 켜기',
  },
  en: {
    title: 'Waiting room board',
    now: 'Now calling',
    before: 'Called earlier',
    none: 'Numbers will be called soon',
    noneText: 'Your number is also on your phone',
    connecting: 'Connecting',
    waiting: (count: number) => `${count} waiting`,
    sound: 'Turn on sound',
  },
}

const digits = {
  ko: ['공', '일', '이', '삼', '사', '오', '육', '칠', '팔', '구'],
  en: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
}

/** What a voice says of a call: `A 공일이 번, 내과 2진료실로 오세요`, `Number A zero one two, Room 2`. */
export function spoken({ number, place }: BoardCall, language: Language): string {
  const between = language === 'ko' ? '' : ' '
  const read = number
    .replace(
      /\d+/g,
      run => ` ${[...run].map(digit => digits[language][Number(digit)]).join(between)} `,
    )
    .replace(/[^\p{L}]+/gu, ' ')
    .trim()
  const where = place[language]
  return language === 'ko'
    ? `${read} 번, ${where}${towards(where)} 오세요`
    : `Number ${read}, ${where}`
}

/** 로 after a vowel or ㄹ, 으로 after any other consonant; digits as they are read. */
function towards(place: string): string {
  const last = place.at(-1) ?? ''
  const syllable = /\d/.test(last) ? '영일이삼사오육칠팔구'[Number(last)] : last
  const final = ((syllable ?? '').charCodeAt(0) - 0xac00) % 28
  return final > 0 && final !== 8 ? '으로' : '로'
}

/** The same in the room's other language, where that is another word. */
export function otherWords(text: Localized, language: Language): string | undefined {
  const other = text[language === 'ko' ? 'en' : 'ko']
  return other === text[language] ? undefined : other
}
