import type { OwnDictionary } from './words.ts'
import { en } from './words-en.ts'
import { ko } from './words-ko.ts'

/** What the account's pages say. */
export const ownWords: OwnDictionary = { ko, en }
