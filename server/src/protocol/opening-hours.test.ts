import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openingHoursOf, weekdays } from './opening-hours.ts'

const [mon, tue, wed, thu, fri, sat, sun] = weekdays

function read(text: string) {
  const faults: string[] = []
  return { hours: openingHoursOf(text, fault => faults.push(fault)), faults }
}

test('opening hours are read day by day, with a break at noon, over Sunday and up to midnight', () => {
  assert.deepEqual(read('Mon-Fri 09:00-18:00, Sat 09:00-13:00').hours, [
    { days: [mon, tue, wed, thu, fri], from: '09:00', to: '18:00' },
    { days: [sat], from: '09:00', to: '13:00' },
  ])
  assert.deepEqual(read('mon  Wed 09:00-12:30   13:30-24:00').hours, [
    { days: [mon, wed], from: '09:00', to: '12:30' },
    { days: [mon, wed], from: '13:30', to: '24:00' },
  ])
  assert.deepEqual(read('Sat-Mon 00:00-24:00').hours, [
    { days: [mon, sat, sun], from: '00:00', to: '24:00' },
  ])
  assert.deepEqual(read('Mon-Sun 00:00-06:00, Fri 06:00-07:00').faults, [], 'one after the other')
})

test('without any a place is always open', () => {
  for (const text of ['', ' ', ' , ']) assert.deepEqual(read(text), { hours: [], faults: [] })
})

test('what is no opening hours is refused in a sentence that shows how they are written', () => {
  const wrong = [
    'Mon-Fri',
    '09:00-18:00',
    'Monday 09:00-18:00',
    'Mon-Fri 9:00-18:00',
    'Mon-Fri 09:00-25:00',
    'Mon-Fri 09:60-18:00',
    'Mon-Fri 24:00-24:00',
    'Mon-Wed-Fri 09:00-18:00',
    'Mon- 09:00-18:00',
    '-Fri 09:00-18:00',
    'Mon-Fri 09:00-18:00; Sat 09:00-13:00',
    'always',
  ]
  for (const text of wrong) {
    const words = `must be like Mon-Fri 09:00-18:00, Sat 09:00-13:00, not "${text}".`
    assert.deepEqual(read(text), { hours: [], faults: [words] })
  }
})

test('no range passes midnight, is empty, or meets another one of the same day', () => {
  assert.match(read('Fri 22:00-02:00').faults[0] ?? '', /^must not pass midnight, as 22:00-02:00/)
  assert.match(read('Fri 09:00-09:00').faults[0] ?? '', /^must not pass midnight, as 09:00-09:00/)
  assert.deepEqual(read('Mon-Fri 09:00-18:00, Fri 17:00-20:00').faults, [
    'must not open twice at 17:00 on fri; let ranges not overlap.',
  ])
})
