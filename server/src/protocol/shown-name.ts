import type { Localized } from '@qrgate/sdk/protocol'
import { Refusal } from '../errors.ts'

const longest = 64

/**
 * The name of a client or a kiosk, as an operator gives it. Visitors read it where they sign in: signs
 * that nobody sees could hide what they agree to.
 * @throws Refusal `name_invalid`.
 */
export function requireShownNames({ ko, en }: Localized): Localized {
  for (const name of [ko, en]) {
    const invalid = name.trim() === '' || [...name].length > longest || /\p{C}/u.test(name)
    if (invalid) throw new Refusal('name_invalid')
  }
  return { ko, en }
}
