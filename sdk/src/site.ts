/** The languages that screens and refusals speak. */
export type Language = 'ko' | 'en'

/**
 * The first of somebody's languages that is spoken here, by lookup (RFC 4647 §3.4): `ko-KR` is served by
 * `ko`, and `kok` is not.
 * @param ranges e.g. `navigator.languages`, most wanted first.
 */
export function preferredLanguage(ranges: readonly string[]): Language | undefined {
  for (const range of ranges) {
    // Some browsers send the longer code, `kor` (ISO 639-2).
    const [, korean, english] = /^(?:(kor?)|(eng?))(?:-|$)/i.exec(range) ?? []
    if (korean || english) return korean ? 'ko' : 'en'
  }
  return undefined
}

/** One text in every language. */
export type Localized = Record<Language, string>

/** The place where a gate's kiosks stand. */
export interface SiteView {
  name: Localized
  /** IANA, e.g. `Asia/Seoul`: what the hours are told in. */
  time_zone: string
  /** When it is open; none: always. A day may have several, as with a break at noon. */
  hours: OpeningHours[]
}

/** Hours in which a place is open on each of some days; none passes midnight. */
export interface OpeningHours {
  days: Weekday[]
  /** `09:00` */
  from: string
  /** `18:00`; `24:00` is the end of the day. */
  to: string
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
