import type { Localized } from '@qrgate/sdk/protocol'
import { Refusal } from '../errors.ts'
import { showsSomething, unseen } from './seen-text.ts'
import { trimButJoiners, withoutNeededJoiners } from './visible-text.ts'

const longest = 64
const legible = new RegExp(`^${showsSomething}[^${unseen}]+$`, 'u')

/**
 * The name of a client or a kiosk, as an operator gives it, without what copying leaves at its ends.
 * Visitors read it where they sign in: signs that nobody sees could hide what they agree to, unless their
 * writing needs them.
 * @throws Refusal `name_invalid`.
 */
export function requireShownNames({ ko, en }: Localized): Localized {
  return { ko: requireShownName(ko), en: requireShownName(en) }
}

function requireShownName(typed: string): string {
  // What is longer is no name, however much of it nobody sees.
  if (typed.length > 16 * longest) throw new Refusal('name_invalid')
  const name = trimButJoiners(typed.normalize('NFC'))
  if ([...name].length > longest || !legible.test(withoutNeededJoiners(name))) {
    throw new Refusal('name_invalid')
  }
  return name
}
