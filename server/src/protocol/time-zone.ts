/**
 * Reads the name of a time zone, as IANA spells it.
 * @param refuse told what is wrong, in a sentence without its subject: `must be …`.
 * @returns that of this machine where there is none.
 */
export function timeZoneOf(text: string, refuse: (fault: string) => void): string {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (text === '') return own
  const zone = spelled(text)
  if (zone === undefined) refuse(`must be a time zone like Asia/Seoul, not "${text}".`)
  return zone ?? own
}

/** Undefined where it is none. An offset like +09:00 is none: it knows no summer time. */
function spelled(text: string): string | undefined {
  if (/^[+-]/.test(text)) return undefined
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions()
    // Of a zone with several names the operator's own stays.
    return timeZone.toLowerCase() === text.toLowerCase() ? timeZone : text
  } catch {
    return undefined
  }
}
