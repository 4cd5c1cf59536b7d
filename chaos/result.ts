import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import type { Campaign, Outcome } from './campaign.ts'
import type { Line } from './history.ts'
import type { Befallen } from './scheduler.ts'
import type { Violation } from './violation.ts'

/** No fault may be felt for longer once its cause is gone, in milliseconds. */
export const healsWithin = 15_000

/** What is kept of a campaign. */
export interface Result {
  set: string
  seed: number
  commit: string
  signIns: number
  counts: Record<string, number>
  /** Refusals by their code, over all of it. */
  refused: Record<string, number>
  faults: Record<string, FaultResult>
  /** Faults whose trace was seen for longer than {@link healsWithin}. */
  late: string[]
  violations: readonly Violation[]
  machine: Record<string, string | number>
}

interface FaultResult {
  /** How often it came alone, and beside another. */
  alone: number
  combined: number
  /** From the end of its cause until each node has signed somebody in and is ready; where it came alone. */
  healedMs: { median: number; worst: number } | null
  /** The worst of those where it came beside another. */
  worstCombinedMs: number | null
  /** What nodes said of themselves meanwhile. */
  said: string[]
  /** What clients were told meanwhile. */
  told: Record<string, number>
}

export function resultOf(campaign: Campaign, outcome: Outcome): Result {
  const { befallen, violations } = outcome
  const { lines } = outcome.history
  const whole = Map.groupBy(befallen, ({ kinds }) => kinds.join(' + '))
  const worst = [...whole].filter(([, of]) => of.some(({ healedMs }) => healedMs > healsWithin))
  return {
    set: outcome.name,
    seed: campaign.seed,
    commit: commit(),
    signIns: outcome.visits,
    counts: countsOf(lines),
    refused: toldIn(lines),
    faults: faultsOf(befallen, lines),
    late: worst.map(([kinds, of]) => {
      return `${kinds}: ${of.map(({ healedMs }) => healedMs).join(', ')} ms`
    }),
    violations,
    machine: {
      cores: cpus().length,
      model: cpus()[0]?.model ?? '',
      node: process.version,
      loadAtItsEnd: Math.round(loadavg()[1] as number),
    },
  }
}

function countsOf(lines: readonly Line[]): Record<string, number> {
  const asked = new Map(lines.flatMap(line => (line.type === 'invoke' ? [[line.op, line]] : [])))
  const answered = lines.flatMap(line => {
    if (line.type !== 'ok') return []
    const of = asked.get(line.op)
    return of ? [{ ...of, line }] : []
  })
  const idsOf = (act: string) =>
    new Set(answered.filter(of => of.act === act).map(({ signIn }) => signIn)).size
  const ofType = (type: Line['type']) => lines.filter(line => line.type === type).length
  return {
    asked: ofType('invoke'),
    done: ofType('ok'),
    refused: ofType('fail'),
    unknown: ofType('unknown'),
    heardOnSockets: ofType('heard'),
    scansAcknowledged: idsOf('scan'),
    approvalsAcknowledged: idsOf('sign_in'),
    claims: idsOf('claim'),
    claimsRepeated: answered.filter(({ act }) => act === 'claim').length - idsOf('claim'),
    denied: idsOf('deny'),
    cancelled: idsOf('cancel'),
    notMe: idsOf('not_me'),
    handOffsAsked: new Set(lines.flatMap(line => (line.type === 'asked' ? [line.handOff] : [])))
      .size,
    requestsToTheClient: ofType('asked'),
    shownAtTheEnd: answered.filter(({ last }) => last).length,
  }
}

/** By the code, or by what there was instead of one. */
function toldIn(lines: readonly Line[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const line of lines) {
    if (line.type !== 'fail' && line.type !== 'unknown') continue
    const name = line.code ?? (line.status === undefined ? 'no answer' : `${line.status}`)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([, a], [, b]) => b - a))
}

function faultsOf(
  befallen: readonly Befallen[],
  lines: readonly Line[],
): Record<string, FaultResult> {
  const kinds = [...new Set(befallen.flatMap(({ kinds }) => kinds))].toSorted()
  return Object.fromEntries(
    kinds.map(kind => {
      const all = befallen.filter(({ kinds }) => kinds.includes(kind))
      const alone = all.filter(({ kinds }) => kinds.length === 1)
      const combined = all.filter(({ kinds }) => kinds.length > 1)
      const times = alone.map(({ healedMs }) => healedMs).toSorted((a, b) => a - b)
      const meanwhile = alone.flatMap(({ from, to }) =>
        lines.filter(({ at }) => at >= from && at <= to),
      )
      const result: FaultResult = {
        alone: alone.length,
        combined: combined.length,
        healedMs: times.length === 0 ? null : timesOf(times),
        worstCombinedMs:
          combined.length === 0 ? null : Math.max(...combined.map(({ healedMs }) => healedMs)),
        said: [...new Set(alone.flatMap(({ said }) => said))].toSorted(),
        told: toldIn(meanwhile),
      }
      return [kind, result]
    }),
  )
}

function timesOf(sorted: readonly number[]): { median: number; worst: number } {
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  return { median, worst: sorted.at(-1) ?? 0 }
}

/** With a plus where files differ from it. */
function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'
    return git('rev-parse', '--short=12', 'HEAD') + changed
  } catch {
    return 'unknown'
  }
}
