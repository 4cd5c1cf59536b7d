import type { AccountRow, Event, FinalState, HandOffRow, SignInRow } from './final-state.ts'
import type { Doing, Line, Outcome, Told } from './history.ts'

/** Something that was done, from the asking to the answer. */
export interface Op extends Doing, Told {
  from: number
  /** Infinity where no answer came: it may take effect at any time. */
  to: number
  outcome: Outcome
  status?: number
  code?: string
  lines: Line[]
}

export type Heard = Extract<Line, { type: 'heard' }>

/** Somebody was told at `to` how a sign-in stood at some moment after `from`. */
export interface Sight {
  from: number
  to: number
  state: string
  seq?: number
  lines: readonly Line[]
}

/** All that is known of one sign-in: what was done and told, and what is stored. */
export interface Case {
  id: string
  ops: readonly Op[]
  heard: readonly Heard[]
  /** In the order in which they were told. */
  sights: readonly Sight[]
  events: readonly Event[]
  row: SignInRow | undefined
  handOffs: readonly HandOffRow[]
  /** By the hand-off's id, in the order in which they were asked for. */
  handOffEvents: ReadonlyMap<string, readonly Event[]>
  accounts: ReadonlyMap<string, AccountRow>
}

export function casesOf(lines: readonly Line[], final: FinalState): Case[] {
  const ops = opsOf(lines)
  const heardOf = Map.groupBy(lines.filter(isHeard), ({ signIn }) => signIn)
  const rows = new Map(final.signIns.map(row => [row.id, row]))
  const accounts = new Map(final.accounts.map(row => [row.key, row]))
  const ofKind = (kind: string) => final.events.filter(({ subjectKind }) => subjectKind === kind)
  const eventsOf = Map.groupBy(ofKind('sign_in'), ({ subject }) => subject)
  const eventsOfHandOff = Map.groupBy(ofKind('hand_off'), ({ subject }) => subject)
  const handOffsOf = Map.groupBy(final.handOffs, ({ signIn }) => signIn)
  const requested = Map.groupBy(
    ofKind('hand_off').filter(({ event }) => event === 'hand_off.requested'),
    ({ detail }) => `${detail.sign_in}`,
  )
  return [...Map.groupBy(ops, ({ signIn }) => signIn)].map(([id, ops]) => {
    const heard = heardOf.get(id) ?? []
    const asked = [...new Set((requested.get(id) ?? []).map(({ subject }) => subject))]
    return {
      id,
      ops,
      heard,
      sights: sightsOf(ops, heard),
      events: eventsOf.get(id) ?? [],
      row: rows.get(id),
      handOffs: handOffsOf.get(id) ?? [],
      handOffEvents: new Map(asked.map(key => [key, eventsOfHandOff.get(key) ?? []])),
      accounts,
    }
  })
}

function isHeard(line: Line): line is Heard {
  return line.type === 'heard'
}

function opsOf(lines: readonly Line[]): Op[] {
  const ops = new Map<number, Op>()
  for (const line of lines) {
    if (line.type === 'invoke') {
      const { type: _, op, at, ...doing } = line
      ops.set(op, { ...doing, from: at, to: Infinity, outcome: 'unknown', lines: [line] })
    } else if (line.type === 'ok' || line.type === 'fail' || line.type === 'unknown') {
      const { type: outcome, op, at, ...told } = line
      const begun = ops.get(op)
      if (begun === undefined) throw new Error(`nothing has begun that ${op} could answer`)
      const to = outcome === 'unknown' ? Infinity : at
      Object.assign(begun, told, { outcome, to, lines: [...begun.lines, line] })
    }
  }
  return [...ops.values()]
}

function sightsOf(ops: readonly Op[], heard: readonly Heard[]): Sight[] {
  const told = ops.flatMap(({ outcome, from, to, state, seq, lines }): Sight[] => {
    if (outcome !== 'ok' || state === undefined) return []
    return [{ from, to, state, lines, ...(seq !== undefined && { seq }) }]
  })
  const said = heard.flatMap((line): Sight[] => {
    const { at, state, seq } = line
    // When it was said nobody knows: only that it had happened by then.
    if (state === undefined) return []
    return [{ from: -Infinity, to: at, state, lines: [line], ...(seq !== undefined && { seq }) }]
  })
  return [...told, ...said].toSorted((a, b) => a.to - b.to)
}
