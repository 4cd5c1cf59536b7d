import type { Claims } from '@qrgate/sdk/protocol'
import { maskedName } from '../accounts/masked-name.ts'
import type { ClaimName } from '../protocol/claims.ts'
import type { Account } from '../store/account.ts'
import type { Client } from '../store/client.ts'

/**
 * What a client is told of an account: its `sub`, and of what the visitor agreed to only what an operator
 * still grants.
 * @param sub what this client alone calls the account.
 */
export function toldClaims(
  account: Account,
  sub: string,
  agreed: readonly ClaimName[],
  client: Pick<Client, 'claims'>,
): Claims {
  const claims: Claims = { sub }
  const granted = (claim: ClaimName) => agreed.includes(claim) && client.claims.includes(claim)
  if (granted('masked_name')) claims.masked_name = maskedName(account.name, account.id)
  if (granted('name')) claims.name = account.name
  if (granted('account_id')) claims.account_id = account.id
  if (granted('external_id')) claims.external_id = account.externalId
  return claims
}
