/** How long something takes, in whole minutes or hours; `#` stands for the number. */
export interface TimeUnits {
  minutes: string
  hours: string
}

/** So many minutes are still told in minutes. */
const mostMinutes = 90

/** Never too short, so that whoever comes back then is let in. */
export function timeIn(seconds: number, { minutes, hours }: TimeUnits): string {
  const whole = Math.max(1, Math.ceil(seconds / 60))
  return whole > mostMinutes
    ? hours.replace('#', `${Math.ceil(whole / 60)}`)
    : minutes.replace('#', `${whole}`)
}
