import type { OpeningHours, Weekday } from '@qrgate/sdk/protocol'

/** Monday first, as on the wire. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** `24:00` is the end of a day, and never a beginning. */
const timeRange = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/

/**
 * Reads `Mon-Fri 09:00-12:30 13:30-18:00, Sat 09:00-13:00`: days, then the hours of each of them.
 * @param refuse told of each fault, in a sentence without its subject: `must not …`.
 * @returns nothing for an empty text: always open.
 */
export function openingHoursOf(text: string, refuse: (fault: string) => void): OpeningHours[] {
  const hours = text
    .split(',')
    .map(entry => entry.trim())
    .filter(Boolean)
    .flatMap(entry => hoursOf(entry, refuse))
  for (const day of weekdays) {
    const ranges = hours.filter(({ days }) => days.includes(day))
    const inOrder = ranges.toSorted((a, b) => a.from.localeCompare(b.from))
    const twice = inOrder.find(({ from }, at) => from < (inOrder[at - 1]?.to ?? ''))
    if (twice) refuse(`must not open twice at ${twice.from} on ${day}; let ranges not overlap.`)
  }
  return hours
}

/** One entry: `Mon-Fri 09:00-12:30 13:30-18:00`. */
function hoursOf(entry: string, refuse: (fault: string) => void): OpeningHours[] {
  const words = entry.split(/\s+/)
  const days = words.filter(word => !/\d/.test(word)).map(word => daysOf(word))
  const ranges = words.filter(word => /\d/.test(word)).map(word => timeRange.exec(word))
  const isWhole = days.length > 0 && ranges.length > 0
  if (!isWhole || days.includes(undefined) || ranges.includes(null)) {
    refuse(`must be like Mon-Fri 09:00-18:00, Sat 09:00-13:00, not "${entry}".`)
    return []
  }
  const open = new Set(days.flatMap(some => some ?? []))
  return ranges.flatMap(range => {
    const [, from = '', to = ''] = range ?? []
    if (from < to) return [{ days: weekdays.filter(day => open.has(day)), from, to }]
    const mend = 'end the day at 24:00, and begin the next one at 00:00'
    refuse(`must not pass midnight, as ${from}-${to} does; ${mend}.`)
    return []
  })
}

/** `Sat` or `Mon-Fri`, also over Sunday: `Fri-Mon`. Undefined for what is neither. */
function daysOf(word: string): Weekday[] | undefined {
  const [first, last, ...more] = word.split('-').map(dayAt)
  if (first === undefined || first < 0 || more.length > 0) return undefined
  if (last === undefined) return weekdays.slice(first, first + 1)
  if (last < 0) return undefined
  const length = ((last - first + weekdays.length) % weekdays.length) + 1
  return [...weekdays, ...weekdays].slice(first, first + length)
}

function dayAt(word: string): number {
  const names: readonly string[] = weekdays
  return names.indexOf(word.toLowerCase())
}
