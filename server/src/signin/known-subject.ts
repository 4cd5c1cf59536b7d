import type { Claims } from '@qrgate/sdk/protocol'
import type { Accounts } from '../accounts/accounts.ts'
import { Refusal } from '../errors.ts'
import type { Client } from '../store/client.ts'
import type { SubjectRecords } from '../store/subject.ts'
import { toldClaims } from './told-claims.ts'

/**
 * What a client may know now of somebody of whom it was told before.
 * @throws Refusal `not_found` where it never was, whoever else knows this `sub`; `account_unusable`.
 */
export type KnownSubject = (client: Client, sub: string) => Promise<Claims>

export interface KnownSubjectParts {
  subjects: SubjectRecords
  accounts: Pick<Accounts, 'assertUsable'>
}

/** How a `sub` is spelled; a database need not see what cannot be one. */
const subPattern = /^[\w-]{1,255}$/

export function createKnownSubject({ subjects, accounts }: KnownSubjectParts): KnownSubject {
  return async (client, sub) => {
    const subject = subPattern.test(sub) ? await subjects.bySub(client.id, sub) : null
    if (!subject) throw new Refusal('not_found')
    const account = await accounts.assertUsable(subject.account)
    return toldClaims(account, subject.sub, subject.claims, client)
  }
}
