/** A row of the log, as it was written. */
export interface Event {
  event: string
  subjectKind: string
  subject: string
  actorKind: string
  actor: string
  /** The account's key. */
  account: string | null
  detail: Record<string, unknown>
}

/** What is stored when all is over. */
export interface FinalState {
  signIns: readonly SignInRow[]
  handOffs: readonly HandOffRow[]
  /** In the order in which they were written. */
  events: readonly Event[]
  accounts: readonly AccountRow[]
}

export interface SignInRow {
  id: string
  state: string
  reason: string | null
  seq: number
  account: string | null
  handOff: string | null
}

export interface HandOffRow {
  id: string
  signIn: string
  service: string
  state: string
  reason: string | null
  number: string | null
}

export interface AccountRow {
  key: string
  id: string
  name: string
  disabled: boolean
}

/** Asks for all of it; times are left out, as nobody's clock is to be believed here. */
export async function readFinalState(
  query: (sql: string) => Promise<Record<string, unknown>[]>,
): Promise<FinalState> {
  const [signIns, handOffs, events, accounts] = [
    await query('select id, state, reason, seq, account, hand_off from sign_ins'),
    await query('select id, sign_in, service, state, reason, ticket from hand_offs'),
    await query(
      `select event, subject_kind, subject, actor_kind, actor, account, detail from log
        where subject_kind in ('sign_in', 'hand_off') order by row`,
    ),
    await query('select key, id, name, disabled_at from accounts'),
  ]
  return {
    signIns: signIns.map(({ hand_off, seq, ...row }) => ({
      ...(row as Pick<SignInRow, 'id' | 'state' | 'reason' | 'account'>),
      seq: Number(seq),
      handOff: hand_off as string | null,
    })),
    handOffs: handOffs.map(({ sign_in, service, ticket, ...row }) => ({
      ...(row as Pick<HandOffRow, 'id' | 'state' | 'reason'>),
      signIn: `${sign_in}`,
      service: read<{ id: string }>(service)?.id ?? '',
      number: read<{ number?: string }>(ticket)?.number ?? null,
    })),
    events: events.map(row => ({
      event: `${row.event}`,
      subjectKind: `${row.subject_kind}`,
      subject: `${row.subject}`,
      actorKind: `${row.actor_kind}`,
      actor: `${row.actor}`,
      account: row.account as string | null,
      detail: read<Record<string, unknown>>(row.detail) ?? {},
    })),
    accounts: accounts.map(({ disabled_at, ...row }) => ({
      ...(row as Pick<AccountRow, 'key' | 'id' | 'name'>),
      disabled: disabled_at !== null,
    })),
  }
}

function read<T>(json: unknown): T | null {
  return typeof json === 'string' && json !== '' ? (JSON.parse(json) as T) : null
}
