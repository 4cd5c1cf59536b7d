import { type Language, preferredLanguage } from '../site.ts'

/** The element's own `lang`, or that of the nearest ancestor, or the page's, or the browser's. */
export function languageOf(element: Element): Language {
  const tag = element.closest<HTMLElement>('[lang]')?.lang || document.documentElement.lang
  return preferredLanguage(tag ? [tag] : navigator.languages) ?? 'en'
}
