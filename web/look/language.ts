import { type Language, preferredLanguage } from '@qrgate/sdk/protocol'

export type { Language }

/** Each language in its own words. */
export const languageNames: Record<Language, string> = { ko: '한국어', en: 'English' }

/** The language an address asks for (`?lang=en`), else the browser's. */
export function languageOf(search: string): Language {
  const asked = new URLSearchParams(search).get('lang')
  return preferredLanguage(asked === null ? navigator.languages : [asked]) ?? 'en'
}
