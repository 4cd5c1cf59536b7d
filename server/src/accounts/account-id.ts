import { Refusal } from '../errors.ts'

const pattern = /^[\p{L}\p{M}\p{N}._@+-]{2,64}$/u

/** What makes two ids the same: compatibility forms and case do not tell people apart. */
export function accountIdKey(id: string): string {
  return id.normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** @throws Refusal `account_id_invalid`. */
export function requireAccountId(id: string): string {
  const normalized = id.normalize('NFC').trim()
  if (!pattern.test(normalized)) throw new Refusal('account_id_invalid')
  return normalized
}
