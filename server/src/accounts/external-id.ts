import { Refusal } from '../errors.ts'
import { unseen } from '../protocol/seen-text.ts'

const longest = 64
/** What is not seen, or breaks a line, would make two ids look the same. */
const hidden = new RegExp(`[${unseen}]`, 'u')

/**
 * What another system calls a person, as it is kept: in NFC, and from then on compared to the letter.
 * @param text null where no other system calls them anything.
 * @throws Refusal `external_id_invalid`.
 */
export function requireExternalId(text: string | null): string | null {
  if (text === null) return null
  const id = text.normalize('NFC')
  const length = [...id].length
  if (length === 0 || length > longest || hidden.test(id) || id.trim() !== id) {
    throw new Refusal('external_id_invalid')
  }
  return id
}
