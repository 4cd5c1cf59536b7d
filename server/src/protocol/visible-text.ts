import { domainToASCII } from 'node:url'
import { invisible } from './seen-text.ts'

const joiner = '[\\u200c\\u200d\\ufe0e\\ufe0f\\u{e0100}-\\u{e01ef}]'
/** Joiners, and what selects another form of the sign before it. */
const joiners = new RegExp(joiner, 'gv')
// Without looking back, a run of spaces would be measured anew from each of them.
const ends = (sign: string) => new RegExp(`^${sign}+|(?<!${sign})${sign}+$`, 'gv')
const invisibleEnds = ends(invisible)
const endsWithoutJoiners = ends(`[${invisible}--${joiner}]`)

/** Without white space and signs that nobody sees at either end; phones and copying leave them there. */
export function trimInvisible(text: string): string {
  return text.replace(invisibleEnds, '')
}

/** The same where the joiners that are left may belong to a word or an emoji at the end. */
export function trimButJoiners(text: string): string {
  return text.replace(endsWithoutJoiners, '')
}

/** Without joiners and selectors that change nothing where they stand. */
export function withoutIdleJoiners(text: string): string {
  return text.replace(joiners, (sign, at: number) => (isNeeded(text, sign, at) ? sign : ''))
}

/** Without those that are part of a word or an emoji. */
export function withoutNeededJoiners(text: string): string {
  return text.replace(joiners, (sign, at: number) => (isNeeded(text, sign, at) ? '' : sign))
}

/** As many marks as a letter has in any writing, and some more. */
const letterBefore = /\p{L}\p{M}{0,8}$/u
const letterAfter = /^\p{M}{0,8}\p{L}/u
/** The longest text that either of the two finds. */
const near = 20

/** Whether a joiner or a selector makes any difference where it stands. */
function isNeeded(text: string, sign: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - near), at)
  const after = text.slice(at + sign.length, at + sign.length + near)
  if (sign === '\ufe0e' || sign === '\ufe0f') return /\p{Extended_Pictographic}$/u.test(before)
  if (sign > '\ud800') return /\p{Script=Han}$/u.test(before)
  if (sign === '\u200d' && isWithinEmoji(before, after)) return true
  const [letter] = letterBefore.exec(before) ?? []
  if (letter === undefined) return false
  // A joiner is valid in a domain name by these very rules (RFC 5892 A.1, A.2; UTS #46 CheckJoiners).
  const [next = ''] = letterAfter.exec(after) ?? []
  return domainToASCII(letter + sign + next) !== ''
}

/** Of several pictures one: a woman, a joiner, a stethoscope (UTS #51, ED-16). */
function isWithinEmoji(before: string, after: string): boolean {
  return (
    /\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?$/u.test(before) &&
    /^\p{Extended_Pictographic}/u.test(after)
  )
}
