import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayOf, hourOf, isOpen } from './day.ts'

const minute = 60_000
const hour = 60 * minute

/** Does it as on machines in several zones: none of them may make a difference. */
function onMachines(work: () => void): void {
  const { TZ } = process.env
  try {
    for (const zone of ['UTC', 'Asia/Seoul', 'America/New_York', 'Pacific/Kiritimati']) {
      process.env.TZ = zone
      work()
    }
  } finally {
    if (TZ === undefined) delete process.env.TZ
    else process.env.TZ = TZ
  }
}

/** How many minutes of each day, and of each of its hours, there are between two moments. */
function minutesOf(from: string, to: string, zone: string): Map<string, Map<number, number>> {
  const days = new Map<string, Map<number, number>>()
  for (let at = Date.parse(from); at < Date.parse(to); at += minute) {
    const day = dayOf(at, zone)
    const hours = days.get(day) ?? new Map<number, number>()
    days.set(day, hours)
    const hour = hourOf(at, zone)
    hours.set(hour, (hours.get(hour) ?? 0) + 1)
  }
  return days
}

/** Hours 4 to 27 with 60 minutes each, but for some. */
function hoursOfDay(change: Record<number, number> = {}): [number, number][] {
  const hours = Array.from({ length: 24 }, (_, index) => index + 4)
  return hours
    .map((hour): [number, number] => [hour, change[hour] ?? 60])
    .filter(([, minutes]) => minutes > 0)
}

test('in Seoul a day begins at 04:00, which is 19:00 by UTC, whatever the machine’s zone is', () => {
  onMachines(() => {
    const at = (time: string) => dayOf(Date.parse(time), 'Asia/Seoul')
    assert.equal(at('2026-11-28T18:59:59.999Z'), '2026-11-28')
    assert.equal(at('2026-11-28T19:00:00.000Z'), '2026-11-29')
    assert.equal(at('2026-11-29T00:00:00.000Z'), '2026-11-29')
    assert.equal(at('2026-11-29T14:59:59.999Z'), '2026-11-29')
    assert.equal(at('2026-11-29T15:00:00.000Z'), '2026-11-29')
    assert.equal(at('2026-12-31T18:59:59.999Z'), '2026-12-31')
    assert.equal(at('2026-12-31T19:00:00.000Z'), '2027-01-01')
    assert.equal(dayOf(Date.parse('2028-02-29T18:00:00Z'), 'Asia/Seoul'), '2028-02-29')
    assert.equal(dayOf(Date.parse('2028-02-29T19:00:00Z'), 'Asia/Seoul'), '2028-03-01')
  })
})

test('in Seoul each day has its hours 4 to 27 once, of 60 minutes each', () => {
  onMachines(() => {
    const days = minutesOf('2026-11-28T19:00:00Z', '2026-11-30T19:00:00Z', 'Asia/Seoul')
    assert.deepEqual([...days.keys()], ['2026-11-29', '2026-11-30'])
    for (const hours of days.values()) assert.deepEqual([...hours], hoursOfDay())
  })
})

test('in New York the clock goes forward on 2026-03-08: the day before has 23 hours, and no 26', () => {
  onMachines(() => {
    // 04:00 EST on the 6th to 04:00 EDT on the 9th.
    const days = minutesOf('2026-03-06T09:00:00Z', '2026-03-09T08:00:00Z', 'America/New_York')
    assert.deepEqual([...days.keys()], ['2026-03-06', '2026-03-07', '2026-03-08'])
    assert.deepEqual([...(days.get('2026-03-06') ?? [])], hoursOfDay())
    assert.deepEqual([...(days.get('2026-03-07') ?? [])], hoursOfDay({ 26: 0 }))
    assert.deepEqual([...(days.get('2026-03-08') ?? [])], hoursOfDay())
  })
})

test('in New York the clock goes back on 2026-11-01: the day before has 25 hours, two of them 25', () => {
  onMachines(() => {
    // 04:00 EDT on the 30th to 04:00 EST on the 2nd.
    const days = minutesOf('2026-10-30T08:00:00Z', '2026-11-02T09:00:00Z', 'America/New_York')
    assert.deepEqual([...days.keys()], ['2026-10-30', '2026-10-31', '2026-11-01'])
    assert.deepEqual([...(days.get('2026-10-30') ?? [])], hoursOfDay())
    assert.deepEqual([...(days.get('2026-10-31') ?? [])], hoursOfDay({ 25: 120 }))
    assert.deepEqual([...(days.get('2026-11-01') ?? [])], hoursOfDay())
  })
})

test('a whole year long, each day follows the one before, and none comes again', () => {
  for (const zone of ['Asia/Seoul', 'America/New_York', 'Asia/Kolkata', 'UTC']) {
    const seen: string[] = []
    for (let at = Date.parse('2026-01-01T00:00:00Z'); seen.length < 366; at += hour / 2) {
      const day = dayOf(at, zone)
      if (seen.at(-1) !== day) seen.push(day)
    }
    const first = Date.parse(seen[0] ?? '')
    const expected = seen.map((_, index) => {
      return new Date(first + index * 24 * hour).toISOString().slice(0, 10)
    })
    assert.deepEqual(seen, expected, zone)
  }
})

test('opening hours hold by the place’s clock: the first minute is in, the last one is out', () => {
  const hours = [
    { days: ['mon' as const], from: '09:00', to: '12:30' },
    { days: ['mon' as const], from: '13:30', to: '18:00' },
    { days: ['sat' as const], from: '20:00', to: '24:00' },
  ]
  onMachines(() => {
    const open = (time: string) => isOpen(Date.parse(time), 'Asia/Seoul', hours)
    // 2026-11-30 is a Monday; in Seoul it is nine hours later than by UTC.
    assert.equal(open('2026-11-29T23:59:59.999Z'), false)
    assert.equal(open('2026-11-30T00:00:00Z'), true)
    assert.equal(open('2026-11-30T03:29:59.999Z'), true)
    assert.equal(open('2026-11-30T03:30:00Z'), false)
    assert.equal(open('2026-11-30T04:30:00Z'), true)
    assert.equal(open('2026-11-30T09:00:00Z'), false)
    assert.equal(open('2026-12-01T00:00:00Z'), false)
    assert.equal(open('2026-12-05T14:59:59.999Z'), true)
    assert.equal(open('2026-12-05T15:00:00Z'), false)
    assert.equal(isOpen(Date.parse('2026-12-06T00:00:00Z'), 'Asia/Seoul', []), true)
  })
})
