import { type Key, type Keyring, mac, sameText } from './keyring.ts'

/**
 * A mark that says which `SECRET_KEY` a database belongs to, and nothing about it: a MAC of a constant.
 * @param keyring of the purpose `key check`.
 */
export function keyCheckOf({ current }: Pick<Keyring, 'current'>): string {
  return markOf(current)
}

/** Whether it is of the current key, of another accepted one, or of none that is known. */
export function keyOfCheck(check: string, keyring: Keyring): 'current' | 'older' | 'unknown' {
  if (sameText(check, markOf(keyring.current))) return 'current'
  return keyring.accepted.some(key => sameText(check, markOf(key))) ? 'older' : 'unknown'
}

function markOf(key: Key): string {
  return mac(key, 'qrgate').toString('base64url')
}
