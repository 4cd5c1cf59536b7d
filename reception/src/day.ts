import type { OpeningHours, Weekday } from '@qrgate/sdk/protocol'

/** Days and hours as the place's own clock has them, whatever the machine's zone is. */

const days: Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** When a day begins: nobody comes for the last one any more. */
const dayBegins = 4

/** What the wall clock of a place says. */
interface WallTime {
  date: string
  weekday: Weekday
  hour: number
  minute: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function wallTime(ms: number, timeZone: string): WallTime {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  formats.set(timeZone, format)
  // E.g. `2026-11-29 04:00`
  const [date = '', time = ''] = format.format(ms).split(' ')
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return { date, weekday: days[new Date(date).getUTCDay()] ?? 'sun', hour, minute }
}

function dateBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10)
}

/** The day that numbers count in, e.g. `2026-11-29`: from 04:00 to 04:00. */
export function dayOf(ms: number, zone: string): string {
  const { date, hour } = wallTime(ms, zone)
  return hour < dayBegins ? dateBefore(date) : date
}

/** The hour within such a day, 4 to 27. */
export function hourOf(ms: number, zone: string): number {
  const { hour } = wallTime(ms, zone)
  return hour < dayBegins ? hour + 24 : hour
}

/** @param hours none at all: always open. */
export function isOpen(ms: number, zone: string, hours: readonly OpeningHours[]): boolean {
  const { weekday, hour, minute } = wallTime(ms, zone)
  const now = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
  const covers = ({ days, from, to }: OpeningHours) =>
    days.includes(weekday) && from <= now && now < to
  return hours.length === 0 || hours.some(covers)
}
