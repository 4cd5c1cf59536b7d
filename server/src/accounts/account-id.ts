import { Refusal } from '../errors.ts'
import { trimInvisible } from '../protocol/visible-text.ts'
import { skeletonOf } from './lookalikes.ts'

/*
 * Ids are usernames of PRECIS, case-mapped (RFC 8265 §3.3), with three things left out that only
 * serve to deceive: code points that need a context to be valid, rare scripts, mixed scripts.
 */

/** What makes two ids the same at sign-in; every text has one, also one that no account may have. */
export function accountIdKey(id: string): string {
  return widthMapped(trimInvisible(id)).toLowerCase().normalize('NFC')
}

export interface AccountId {
  /** As typed: what its owner is shown. */
  id: string
  key: string
  /** What it looks like: no two accounts may have the same. */
  skeleton: string
}

/** @throws Refusal `account_id_invalid`. */
export function requireAccountId(text: string): AccountId {
  const id = trimInvisible(text).normalize('NFC')
  const key = accountIdKey(id)
  if (!isAccountIdKey(key)) throw new Refusal('account_id_invalid')
  return { id, key, skeleton: skeletonOf(widthMapped(id)) }
}

export function isAccountIdKey(key: string): boolean {
  return (
    permitted.test(key) &&
    [...key].length <= longest &&
    /[\p{L}\p{Nd}〇]/u.test(key) &&
    !/^\p{M}|\p{M}{5}/u.test(key) &&
    // Compatibility forms (RFC 8264 §9.17): ligatures, Roman numerals, letters in circles.
    key.normalize('NFKC') === key &&
    // Rules that change their own result would give one id two keys (RFC 8265 §3.3.3).
    accountIdKey(key) === key &&
    alphabets.some(alphabet => alphabet.test(key)) &&
    (!rightToLeft.test(key) || rightToLeftWord.test(key))
  )
}

const longest = 64

function widthMapped(id: string): string {
  return id.replace(/[\u3000\uff01-\uffee]/g, form => form.normalize('NFKC'))
}

/** The IdentifierClass (RFC 8264 §4.2) in lower case: letters, marks, digits, printable ASCII. */
const permitted = new RegExp(
  `^[[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}\\p{Nd}〇\\x21-\\x7e]--[${[
    '\\p{Default_Ignorable_Code_Point}',
    // Old Hangul jamo, which NFC has left uncomposed (RFC 8264 §9.9).
    '\\u1100-\\u11ff\\ua960-\\ua97f\\ud7b0-\\ud7ff',
    // Exceptions (RFC 5892 §2.6): stretching and repeating signs, and digits bound to a context.
    '\\u0640\\u07fa\\u302e\\u302f\\u3031-\\u3035\\u303b\\u0660-\\u0669\\u06f0-\\u06f9',
  ].join('')}]]+$`,
  'v',
)

/** Scripts that may stand together (UTS #39 §5.2, highly restrictive), then those that stand alone. */
const alphabets = [
  ['Latin', 'Han', 'Hangul'],
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  // The recommended scripts (UAX #31, table 5); all others are out of use or known to few.
  ...'Arabic Armenian Bengali Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi'
    .concat(' Hebrew Kannada Khmer Lao Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana')
    .concat(' Thai Tibetan')
    .split(' ')
    .map(script => [script]),
].map(scripts => {
  const classes = [...scripts, 'Common', 'Inherited'].map(script => `\\p{scx=${script}}`)
  return new RegExp(`^[${classes.join('')}]+$`, 'u')
})

const rightToLeft = /[\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Thaana}]/u
/** The Bidi Rule (RFC 5893 §2) for an id of one script: a letter begins it, a letter or digit ends it. */
const rightToLeftWord = /^\p{L}(.*[\p{L}\p{Nd}])?\p{M}*$/u
