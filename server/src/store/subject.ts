import type { ClaimName } from '../protocol/claims.ts'

/** What a client knows: this account, by a name that is the client's alone. */
export interface Subject {
  client: string
  /** The account's key. */
  account: string
  /** Pairwise (OpenID Connect Core §8.1), unique at the client. */
  sub: string
  /** What the visitor agreed to have told, the last time that the client was told. */
  claims: readonly ClaimName[]
  toldAt: number
}

/** Which row it is; no client's id has a space in it. */
export function subjectKey({ client, account }: Pick<Subject, 'client' | 'account'>): string {
  return `${client} ${account}`
}

/** They are written with the claim that tells of them: `also` of a sign-in. */
export interface SubjectRecords {
  /** All of an account, by their clients. */
  of(account: string): Promise<Subject[]>
  bySub(client: string, sub: string): Promise<Subject | null>
}
