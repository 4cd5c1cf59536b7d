import { Refusal } from '../errors.ts'

const longest = 64

/**
 * A person's name, which may be left out; control and direction characters would let one name pose as
 * another.
 * @throws Refusal `name_invalid`.
 */
export function requireName(name: string): string {
  const normalized = name.normalize('NFC').trim().replace(/\s+/g, ' ')
  if ([...normalized].length > longest || /\p{C}/u.test(normalized)) {
    throw new Refusal('name_invalid')
  }
  return normalized
}
