import type { SignIn } from '../../protocol/sign-in.ts'
import type { SignInsTable } from './tables.ts'

/** @throws TypeError for a number that some database would keep as another one. */
export function signInToRow(signIn: SignIn): Omit<SignInsTable, 'changed_at'> {
  const row = {
    id: signIn.id,
    kiosk: signIn.kiosk,
    claimable: signIn.claimable ? 1 : 0,
    state: signIn.state,
    reason: signIn.reason,
    seq: signIn.seq,
    deadline: signIn.deadline,
    phone_hash: signIn.phoneHash,
    phone_kind: signIn.phoneKind,
    account: signIn.account,
    amr: signIn.amr?.join(' ') ?? null,
    approved_at: signIn.approvedAt,
    claimed_at: signIn.claimedAt,
    updated_at: signIn.updatedAt,
  }
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new TypeError(`${value} cannot be kept as ${column}`)
    }
  }
  return row
}

export function signInFromRow(row: SignInsTable): SignIn {
  return {
    id: row.id,
    kiosk: row.kiosk,
    claimable: row.claimable === 1,
    state: row.state as SignIn['state'],
    reason: row.reason as SignIn['reason'],
    seq: row.seq,
    deadline: row.deadline,
    phoneHash: row.phone_hash,
    phoneKind: row.phone_kind as SignIn['phoneKind'],
    account: row.account,
    amr: row.amr?.split(' ') ?? null,
    approvedAt: row.approved_at,
    claimedAt: row.claimed_at,
    updatedAt: row.updated_at,
  }
}
