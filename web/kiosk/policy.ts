import { type KioskPolicy, usualPolicy } from '@qrgate/sdk/protocol'
import { type Language, languageOf } from '../look/language.ts'
import { type Words, words } from './words.ts'

/**
 * The language of a screen that nobody has touched: what its address asks for (`?lang=en`), if it is
 * offered; else the first of its policy; else, where nobody has given it one, the browser's.
 */
export function usualLanguage({ languages, version }: KioskPolicy, search: string): Language {
  const asked = new URLSearchParams(search).get('lang')
  if (version === usualPolicy.version) return languageOf(search)
  return languages.find(language => language === asked) ?? languages[0] ?? 'ko'
}

/** Whether the screen always shows a QR; an address that says so (`?start=always`) wins. */
export function startsAlways({ start }: KioskPolicy, search: string): boolean {
  return start === 'always' || new URLSearchParams(search).get('start') === 'always'
}

/** Whether the page starts by itself once, as it opens (`?start=now`): the demo's kiosk does. */
export function startsNow(search: string): boolean {
  return new URLSearchParams(search).get('start') === 'now'
}

/** The page's words, with the operator's own in their place. */
export function wordsAt({ texts }: KioskPolicy, language: Language): Words {
  const own = words[language]
  const { idle_title, idle_text, done_text } = texts
  return {
    ...own,
    idle: {
      title: idle_title?.[language] ?? own.idle.title,
      text: idle_text?.[language] ?? own.idle.text,
    },
    done: { ...own.done, text: done_text?.[language] ?? own.done.text },
  }
}
