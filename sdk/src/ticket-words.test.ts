import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { QueueTicket } from './protocol.ts'
import { spelledNumber, ticketCells, ticketSaid, whereTo } from './ticket-words.ts'
import { screenWords } from './words.ts'

const both = (ko: string, en: string) => ({ ko, en })
const { ko, en } = screenWords
const ticket: QueueTicket = {
  number: 'A-012',
  place: { name: both('내과 2진료실', 'Room 2'), floor: both('2층', '2nd floor') },
  ahead: 3,
  wait_minutes: 12,
}

it('a ticket says place, how many are ahead, and how long it takes', () => {
  assert.deepEqual(ticketCells(ticket, ko), [
    { label: '2층', value: '내과 2진료실' },
    { label: '앞에', value: '3명' },
    { label: '예상', value: '12분' },
  ])
  assert.deepEqual(
    [0, 1, 2].flatMap(ahead => ticketCells({ ahead }, en)).map(({ value }) => value),
    ['No one', '1 person', '2 people'],
  )
})

it('what the client has not said is left out, and no wait is ever "0분"', () => {
  assert.deepEqual(ticketCells({ number: 'A-012' }, ko), [])
  assert.deepEqual(ticketCells({ ahead: 0, wait_minutes: 0 }, ko), [
    { label: '앞에', value: '0명' },
  ])
})

it('says where to go in the client’s words, or in its own', () => {
  assert.deepEqual(whereTo(ticket, en), { title: 'Go to: Room 2, 2nd floor', text: '' })
  const way = both('바로 앞입니다', 'straight ahead')
  const title = both('대기실로 가 주세요', 'Go to the waiting area')
  const lines = [both('신분증', 'Bring your card')]
  const name = both('2', 'Room 2')
  assert.deepEqual(whereTo({ title, place: { name, way }, lines }, en), {
    title: 'Go to the waiting area',
    text: 'straight ahead\nBring your card',
  })
  assert.deepEqual(whereTo({ lines }, en), { title: 'Bring your card', text: '' })
  assert.equal(whereTo({ number: 'A-012' }, en), undefined)
})

it('a screen reader reads the number digit by digit', () => {
  assert.equal(spelledNumber('A-012'), 'A, 0, 1, 2')
  assert.equal(spelledNumber('외 7'), '외, 7')
  assert.equal(spelledNumber('내과-7'), '내과, 7', 'a word is a word')
  assert.match(ticketSaid(ticket, ko), /^대기번호 A, 0, 1, 2\. 2층 내과 2진료실\. 앞에 3명\./)
  assert.doesNotMatch(ticketSaid({}, ko), /대기번호|undefined/)
})
