import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandOffState, HandOffView, QueueTicket } from '@qrgate/sdk/protocol'
import type { Language } from '../server/language.ts'
import { noAssets } from './assets.ts'
import { renderPage } from './page.ts'
import type { HandOffPage } from './view.ts'
import { words } from './words.ts'

const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'
const place = { site: '서울내과의원', kiosk: '1층 접수 1번' }
const both = (ko: string, en: string) => ({ ko, en })
const whole: QueueTicket = {
  number: 'A-012',
  title: both('내과 진료', 'Internal medicine'),
  place: {
    name: both('내과 2진료실', 'Room 2'),
    floor: both('2층', '2nd'),
    way: both('왼쪽 두 번째 문', 'Second door on the left'),
  },
  lines: [both('물을 드셔도 됩니다', 'You may drink water')],
  ahead: 3,
  wait_minutes: 12,
  now: 'A-008',
}

function pageOf(
  handOff: Partial<HandOffView>,
  change: Partial<HandOffPage> = {},
  lang: Language = 'ko',
): string {
  const service = { id: 'exam', name: both('진료', 'Exam'), icon: 'doctor' } as const
  const view: HandOffPage = {
    kind: 'hand-off',
    id,
    state: 'claimed',
    seq: 3,
    handOff: { id, seq: 2, state: 'accepted', service, ...handOff },
    coming: false,
    calledAt: null,
    live: true,
    mayDisown: true,
    ...change,
  }
  return renderPage({ place, ...view }, lang, { css: 'body{}', script: 'void 0' })
}

/** What a person reads, without what only screen readers do. */
function textOf(page: string): string {
  const main = /<main>(.*)<\/main>/s.exec(page)?.[1] ?? ''
  const seen = main.replace(/<(\w+) class="unseen".*?<\/\1>/gs, '')
  return seen
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Where its buttons and links lead, in their order. */
function waysOf(page: string): string[] {
  const main = /<main>(.*)<\/main>/s.exec(page)?.[1] ?? ''
  return (main.match(/(?<=action="|href=")[^"]+/g) ?? []).map(way => way.replace(`/s/${id}`, ''))
}

test('all that a client says of a number is on the page, in its language', () => {
  const ko = textOf(pageOf({ ticket: whole }))
  assert.match(ko, /^내과 진료 대기번호 A-012 앞에 3명 · 예상 12분 장소내과 2진료실층2층지금A-008 /)
  assert.match(ko, /왼쪽 두 번째 문물을 드셔도 됩니다/)
  const en = textOf(pageOf({ ticket: whole }, {}, 'en'))
  assert.match(en, /Internal medicine Your number A-012 3 people ahead · about 12 min PlaceRoom 2/)
  assert.doesNotMatch(en.replace('Korean', ''), /[가-힣]/)
})

test('what is not known is left out, and nobody is promised "0 minutes"', () => {
  const { number = '' } = whole
  const alone = textOf(pageOf({ ticket: { number } }))
  assert.match(alone, /^대기번호 A-012 차례가 되면/)
  const cases: [QueueTicket, RegExp, RegExp][] = [
    [{ number, ahead: 3 }, /앞에 3명 /, /예상|장소|지금/],
    [{ number, wait_minutes: 90 }, /예상 1시간 30분 /, /앞에|·/],
    [{ number, ahead: 0, wait_minutes: 0 }, /다음 차례입니다/, /0명|0분|예상/],
    [{ number, now: 'A-008' }, /지금A-008/, /앞에|장소/],
    [{ ahead: 2 }, /접수되었습니다 앞에 2명/, /대기번호/],
  ]
  for (const [ticket, there, missing] of cases) {
    const text = textOf(pageOf({ ticket }))
    assert.match(text, there)
    assert.doesNotMatch(text, missing)
  }
})

test('a number is as large as a small phone can show in one line, and else breaks between its parts', () => {
  const look = (number: string) =>
    /<p class="(number[^"]*)".*?<span aria-hidden="true">(.*?)<\/span>/.exec(
      pageOf({ ticket: { number } }),
    )
  assert.deepEqual(look('A-012')?.slice(1), ['number', 'A-012'])
  assert.equal(look('내과-12')?.[1], 'number long')
  assert.deepEqual(look('가정의학과-000123')?.slice(1), [
    'number longest',
    '가정의학과-<wbr>000123',
  ])
})

test('a dot for each who comes before, three at most', () => {
  for (const [ahead, dots] of [
    [0, 0],
    [1, 1],
    [3, 3],
    [40, 3],
  ] as const) {
    const page = pageOf({ ticket: { number: 'A-1', ahead } })
    assert.equal(page.match(/<i><\/i>/g)?.length ?? 0, dots)
  }
})

test('each state says what is so and what can be done, as long as that makes sense', () => {
  const gone = { state: 'ended', live: false } as const
  const text = both('오늘은 마감입니다', 'We are full today')
  const cases: [HandOffState, Partial<HandOffView>, Partial<HandOffPage>, RegExp, string[]][] = [
    ['requested', {}, {}, /^접수하고 있습니다…/, ['/end', '?form=cancel', '?form=not-me']],
    ['failed', {}, {}, /^직원이 확인해 드립니다/, ['/end', '?form=cancel', '?form=not-me']],
    ['refused', { text }, {}, /^접수되지 않았습니다 오늘은 마감입니다/, ['/end', '?form=not-me']],
    ['accepted', { ticket: whole }, {}, /A-012/, ['/end', '?form=cancel', '?form=not-me']],
    [
      'accepted',
      { ticket: whole },
      { state: 'ended' },
      /키오스크 이용은 끝났습니다/,
      ['?form=cancel', '?form=not-me'],
    ],
    [
      'called',
      { ticket: whole },
      { state: 'ended' },
      /^지금 들어오세요 내과 진료 A-012 내과 2진료실 2층 · 왼쪽 두 번째 문/,
      ['/coming', '?form=cancel', '?form=not-me'],
    ],
    [
      'called',
      { ticket: whole },
      {},
      /^지금 들어오세요/,
      ['/coming', '?form=cancel', '/end', '?form=not-me'],
    ],
    [
      'called',
      { ticket: whole },
      { state: 'ended', coming: true },
      /가고 있다고 알렸습니다/,
      ['?form=cancel', '?form=not-me'],
    ],
    ['done', {}, gone, /^모두 끝났습니다/, ['?form=not-me']],
    ['no_show', {}, gone, /^차례가 지났습니다/, ['?form=not-me']],
    ['cancelled', { reason: 'phone' }, gone, /‘오늘은 못 갑니다’를 눌렀습니다/, ['?form=not-me']],
    ['cancelled', { reason: 'client' }, gone, /직원이 취소했습니다/, ['?form=not-me']],
    ['cancelled', { reason: 'over' }, gone, /12시간이 지나/, ['?form=not-me']],
    ['cancelled', { reason: 'account' }, gone, /계정을 더 이상/, ['?form=not-me']],
    ['done', {}, { ...gone, mayDisown: false }, /^모두 끝났습니다/, []],
  ]
  for (const [state, handOff, change, said, ways] of cases) {
    const page = pageOf({ state, ...handOff }, change)
    assert.match(textOf(page), said, state)
    assert.deepEqual(waysOf(page), ways, state)
  }
})

test('a page looks again by itself without script while something may follow, soon while it is asked', () => {
  const refresh = (page: string) => /http-equiv="refresh" content="(\d+)"/.exec(page)?.[1]
  assert.equal(refresh(pageOf({ state: 'requested' })), '3')
  assert.equal(refresh(pageOf({ ticket: whole })), '15')
  assert.equal(refresh(pageOf({ state: 'done' }, { live: false, state: 'ended' })), undefined)
})

test('the number is read out figure by figure, and each thing that may change by itself', () => {
  const said = [...pageOf({ ticket: whole }).matchAll(/data-say="([^"]+)"/g)].map(([, say]) => say)
  assert.deepEqual(said, [
    '내과 진료',
    '대기번호 A, 0, 1, 2',
    '앞에 3명, 예상 12분',
    '장소 내과 2진료실',
    '층 2층',
    '지금 A, 0, 0, 8',
    '왼쪽 두 번째 문',
    '물을 드셔도 됩니다',
  ])
})

test('what a client says comes out as text, wherever it stands', () => {
  const hostile = `"'><script>alert(1)</script>`
  const text = both(hostile, hostile)
  const ticket: QueueTicket = {
    number: hostile,
    title: text,
    place: { name: text, floor: text, way: text },
    lines: [text],
    now: hostile,
  }
  for (const state of ['accepted', 'called', 'refused'] as const) {
    const page = pageOf({ state, ticket, text })
    assert.ok(!page.includes(hostile))
    assert.equal(page.match(/<script/g)?.length, 1)
  }
})

test('whether it is live is said by a script alone, and only while something may follow', () => {
  const { asOf } = words.ko.handOff.live
  assert.ok(pageOf({ ticket: whole }).includes(`data-as-of="${asOf}" hidden`))
  assert.ok(!pageOf({ state: 'done' }, { live: false }).includes('data-as-of'))
})

test('for a script that has asked for it, a page comes without style and script of its own', () => {
  const view = { place, kind: 'cancel-form', id } as const
  assert.doesNotMatch(renderPage(view, 'ko', noAssets), /<style|<script/)
})
