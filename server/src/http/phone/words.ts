import type { Language } from '../server/language.ts'
import type { Words } from './vocabulary.ts'
import { en } from './words-en.ts'
import { ko } from './words-ko.ts'

/** What the phone pages say. */
export const words: Record<Language, Words> = { ko, en }
