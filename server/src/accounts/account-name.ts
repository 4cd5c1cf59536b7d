import { Refusal } from '../errors.ts'
import { unseen } from '../protocol/seen-text.ts'
import {
  trimButJoiners,
  withoutIdleJoiners,
  withoutNeededJoiners,
} from '../protocol/visible-text.ts'

const longest = 64
/** What is longer is no name, however much of it nobody sees. */
const longestTyped = 1024
/** Where a line may break, or must not; copied from pages, and seen in no name. */
const breaks = /[\u00ad\u2060]/g
const hidden = new RegExp(`[${unseen}]`, 'u')

/**
 * A person's name, which may be left out. What phones and copying leave at its ends is dropped, joiners
 * stay where a writing or an emoji needs them; control and direction characters would let one name pose
 * as another.
 * @throws Refusal `name_invalid`.
 */
export function requireName(name: string): string {
  if (name.length > longestTyped) throw new Refusal('name_invalid')
  const line = name.replace(breaks, '').normalize('NFC').replace(/\s+/g, ' ')
  const text = trimButJoiners(withoutIdleJoiners(line))
  if ([...text].length > longest || hidden.test(withoutNeededJoiners(text))) {
    throw new Refusal('name_invalid')
  }
  return text
}
