import type { Language } from '@qrgate/sdk/protocol'

export type { Language }

/** Each language in its own words. */
export const languageNames: Record<Language, string> = { ko: '한국어', en: 'English' }

/** The language an address asks for (`?lang=en`), Korean otherwise. */
export function languageOf(search: string): Language {
  return new URLSearchParams(search).get('lang') === 'en' ? 'en' : 'ko'
}
