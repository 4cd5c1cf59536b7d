import type { Account } from '../store/account.ts'
import { requireAccountId } from './account-id.ts'
import { requireName } from './account-name.ts'
import { requireExternalId } from './external-id.ts'

/** What operators change of an account; what is left out stays. */
export interface AccountFields {
  id?: string | undefined
  name?: string | undefined
  /** Null takes it away. */
  externalId?: string | null | undefined
}

/** As the log and the command line call them. */
export type AccountField = 'id' | 'name' | 'external_id'

const columns = { id: 'id', name: 'name', external_id: 'externalId' } as const satisfies Record<
  AccountField,
  keyof Account
>

/** An id as a row has it. @throws Refusal `account_id_invalid`. */
export function idColumns(text: string): Pick<Account, 'id' | 'idKey' | 'idSkeleton'> {
  const { id, key, skeleton } = requireAccountId(text)
  return { id, idKey: key, idSkeleton: skeleton }
}

/** The same as a row has it. @throws Refusal naming what is wrong. */
export function requireFields({ id, name, externalId }: AccountFields): Partial<Account> {
  return {
    ...(id !== undefined && idColumns(id)),
    ...(name !== undefined && { name: requireName(name) }),
    ...(externalId !== undefined && { externalId: requireExternalId(externalId) }),
  }
}

export function changedFields(old: Account, next: Account): AccountField[] {
  const fields = Object.keys(columns) as AccountField[]
  return fields.filter(field => old[columns[field]] !== next[columns[field]])
}
