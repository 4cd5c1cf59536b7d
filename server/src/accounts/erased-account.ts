import type { Account } from '../store/account.ts'
import { noRecovery } from './recovery.ts'

/**
 * What an account's row holds when the account is gone. Its id is none that anybody could type or that
 * could look like one, its hash is nobody's, and each `sub` that comes of its seed is a new one.
 * @param at milliseconds since 1970.
 */
export function erasedColumns(
  key: string,
  at: number,
  randomBytes: (size: number) => Uint8Array,
): Omit<Account, 'key' | 'epoch' | 'createdAt'> {
  // No id has a space in it; a database wants one of its own in each row.
  const nobody = `removed ${key}`
  return {
    id: '',
    idKey: nobody,
    idSkeleton: nobody,
    name: '',
    passwordHash: '',
    ...noRecovery,
    subjectSeed: Buffer.from(randomBytes(32)).toString('base64url'),
    externalId: null,
    consentVersion: null,
    consentedAt: null,
    // Gates that know no removal know this.
    disabledAt: at,
    removedAt: at,
    deleteAt: null,
  }
}
