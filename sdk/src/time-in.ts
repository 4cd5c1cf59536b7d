/** How long something takes, in whole minutes or hours; `#` stands for the number. */
export interface TimeUnits {
  minutes: string
  hours: string
}

/** So many minutes are still told in minutes. */
const mostMinutes = 90

/** Whoever waits no longer than this is told to do it, and not when; in seconds. */
const moment = 3

/**
 * A sentence with the time that its `{time}` stands for.
 * @param sentence what stands in brackets is said only where the wait is longer than a moment.
 * @param seconds until it makes sense.
 */
export function withTime(sentence: string, seconds: number, units: TimeUnits): string {
  const said = sentence.replace(/\[(.*?)\]/, seconds > moment ? '$1' : '')
  return said.replace('{time}', timeIn(seconds, units))
}

/** Never too short, so that whoever comes back then is let in. */
function timeIn(seconds: number, { minutes, hours }: TimeUnits): string {
  const whole = Math.max(1, Math.ceil(seconds / 60))
  return whole > mostMinutes
    ? hours.replace('#', `${Math.ceil(whole / 60)}`)
    : minutes.replace('#', `${whole}`)
}
