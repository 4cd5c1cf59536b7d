import type { Language } from '../look/language.ts'

/** Every word of the desk: Korean, English. `{…}` is filled in. */
const table = {
  desk: ['접수대', 'Desk'],
  board: ['대기 현황판', 'Board'],
  day: ['하루 요약', 'Day summary'],
  today: ['오늘 {n}명', '{n} today'],
  all: ['모두', 'All'],
  filter: ['보이는 업무', 'Services shown'],
  walkIn: ['직접 접수', 'Add by hand'],
  openServices: ['접수 받기', 'Open services'],
  staffCall: ['{kiosk}에서 직원을 부릅니다', '{kiosk} is calling for staff'],
  ago: ['{time} 전', '{time} ago'],
  seconds: ['{n}초', '{n} sec'],
  minutes: ['{n}분', '{n} min'],
  justNow: ['방금', 'now'],
  silent: ['아무 곳이나 한 번 누르면 소리가 납니다', 'Press anywhere once for sound'],
  someoneElse: ['다른 직원이 갑니다', 'Someone else is going'],
  onMyWay: ['지금 갑니다', 'On my way'],
  away: [
    '지금은 휴대폰으로 알릴 수 없습니다. 말로 불러 주세요.',
    'We can’t tell phones right now. Please call aloud.',
  ],
  since: ['{n}분째', '{n} min'],
  next: ['다음 {number} 부르기', 'Call {number}'],
  nobody: ['기다리는 분이 없습니다', 'No one is waiting'],
  free: ['비어 있습니다', 'Free'],
  cancelled: ['방문자가 취소했습니다', 'Cancelled by the visitor'],
  coming: ['오는 중', 'On the way'],
  done: ['끝', 'Done'],
  clear: ['비우기', 'Clear'],
  noShow: ['안 오심', 'No-show'],
  recall: ['다시 부르기', 'Call again'],
  back: ['대기로', 'Back to waiting'],
  pass: ['다른 업무로', 'Pass on to'],
  more: ['더 보기', 'More'],
  waiting: ['기다리는 분', 'Waiting'],
  number: ['번호', 'Number'],
  name: ['이름', 'Name'],
  ifAny: ['이름 (선택)', 'Name (optional)'],
  what: ['업무', 'Service'],
  where: ['장소', 'Place'],
  waited: ['대기 시간', 'Waited'],
  new: ['새 접수', 'New'],
  byHand: ['직접 접수', 'By hand'],
  called: ['불렀습니다', 'called'],
  call: ['부르기', 'Call'],
  print: ['번호표 인쇄', 'Print slip'],
  undone: ['되돌렸습니다', 'Undone'],
  undo: ['되돌리기', 'Undo'],
  closed: ['접수 마감', 'Closed'],
  opened: ['접수 시작', 'Open'],
  close: ['닫기', 'Close'],
  give: ['번호 주기', 'Give a number'],
  another: ['한 분 더', 'One more'],
  taken: ['다른 접수대에서 먼저 처리했습니다', 'already taken by another desk'],
  undo_late: ['이제는 되돌릴 수 없습니다', 'It is too late to undo'],
  failed: ['처리하지 못했습니다. 다시 눌러 주세요.', 'That did not work. Please try again.'],
  storage_busy: [
    '지금은 저장할 수 없습니다. 관리자에게 알려 주세요.',
    'Nothing can be saved right now. Please tell the administrator.',
  ],
  keys: ['단축키', 'Shortcuts'],
  useKeys: ['단축키 사용', 'Use shortcuts'],
  keyDesk: ['접수대 선택하기', 'Choose a desk'],
  keyNext: ['선택한 곳에서 다음 분 부르기', 'Call the next one there'],
  connecting: ['연결하고 있습니다', 'Connecting'],
  locked: ['접수대를 열려면 링크가 필요합니다', 'You need a link to open this desk'],
  usedLink: ['이미 사용했거나 오래된 링크입니다', 'This link was used or is too old'],
  howTo: [
    '접수 서버에서 아래 명령을 실행하고, 나온 주소를 이 브라우저에서 1시간 안에 열어 주세요. 한 번만 쓸 수 있고, 열고 나면 12시간 동안 쓸 수 있습니다.',
    'Run this on the reception server and open the address it prints in this browser within an hour. It works once; the desk then stays open for 12 hours.',
  ],
} satisfies Record<string, readonly [string, string]>

export type Word = keyof typeof table
export type Say = (word: Word, parts?: Record<string, string | number>) => string

export function wordsIn(language: Language): Say {
  return (word, parts = {}) =>
    table[word][language === 'ko' ? 0 : 1].replace(
      /\{(\w+)\}/g,
      (_, part) => `${parts[part] ?? ''}`,
    )
}
