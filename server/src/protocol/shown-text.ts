import type { Localized } from '@qrgate/sdk/protocol'
import Type from 'typebox'
import { showsSomething, unseen } from './seen-text.ts'

/** What a field must be, as a sentence goes on after "must be"; what it is for; what it is without it. */
export const field = (expected: string, about: string, usual?: unknown) => ({
  expected,
  about,
  usual,
})

// Joiners are part of some scripts' words, and with selectors of emoji; all else that is invisible could
// mislead.
const plain = (longest: number) =>
  `^${showsSomething}(?:[^${unseen}]|[\\u200c\\u200d\\ufe0e\\ufe0f]){1,${longest}}$`

/** Plain text that somebody else shows to visitors on our screens. */
export const plainText = Type.String({
  pattern: plain(80),
  ...field('plain text of 1 to 80 characters, without line breaks', ''),
})

/** The same where there is room for some sentences. */
export const longText = Type.String({
  pattern: plain(500),
  ...field('plain text of 1 to 500 characters, without line breaks', ''),
})

/** As it is called out, e.g. `A-012`: short enough to stand on a screen in large letters. */
export const calledNumber = Type.String({
  pattern: plain(16),
  ...field('plain text of 1 to 16 characters', ''),
})

/** The same in each language. */
export const bothTexts = (about: string) =>
  Type.Object(
    { ko: plainText, en: plainText },
    {
      title: 'ShownText',
      ...field('`{"ko": "…", "en": "…"}`, plain text of 1 to 80 characters each', about),
    },
  )

/** A text without whatever else somebody has written beside it. */
export function bothOf({ ko, en }: Localized): Localized {
  return { ko, en }
}
