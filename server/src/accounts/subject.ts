import { createHmac } from 'node:crypto'
import type { Account } from '../store/account.ts'

/**
 * The stable, opaque name of an account at one relying party (OpenID Connect Core §8.1). It comes from
 * the account's seed alone, so that it outlives any other change of the account.
 */
export function subjectOf({ subjectSeed }: Account, relyingParty: string): string {
  return createHmac('sha256', Buffer.from(subjectSeed, 'base64url'))
    .update(relyingParty)
    .digest('base64url')
}
