import type { Language } from '../server/language.ts'

/** Says when something was, in the time of the place. */
export type SayTime = (at: number) => string

const locales = { ko: 'ko-KR', en: 'en-GB' } as const satisfies Record<Language, string>

/** Today with the hour, this year without the year. */
export function timesIn(lang: Language, timeZone: string, now: number): SayTime {
  const locale = locales[lang]
  const said = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone, ...options })
    return (at: number) => format.format(at)
  }
  const day = said({ year: 'numeric', month: 'numeric', day: 'numeric' })
  const hour = said({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const date = said({ month: lang === 'ko' ? 'long' : 'short', day: 'numeric' })
  const longDate = said({
    year: 'numeric',
    month: lang === 'ko' ? 'long' : 'short',
    day: 'numeric',
  })
  const year = said({ year: 'numeric' })
  const today = { ko: '오늘', en: 'today' }[lang]
  return at => {
    if (day(at) === day(now)) return `${today} ${hour(at)}`
    const on = year(at) === year(now) ? date(at) : longDate(at)
    return `${on} ${hour(at)}`
  }
}
