import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Goal, goals, type Measured, verdictOf } from './goals.ts'

/** What a run has found, and where. */
export interface Result {
  /** ISO 8601. */
  at: string
  commit: string
  cpu: string
  cores: number
  /** Processes that wanted a processor in the minute before the run. */
  load: number
  /** How busy all processors were right before it, by others: 0 to 1. */
  busy: number
  /** Whether they had next to nothing to do: only so is what is missed held against us. */
  isQuiet: boolean
  node: string
  quick: boolean
  measured: Measured[]
}

/** One who gets nowhere, beside who is not known at all. */
export interface BesideUnknown {
  /** Milliseconds, medians. */
  ms: number
  unknownMs: number
  ratio: number
  /** How likely both times are of one distribution (Kolmogorov-Smirnov). */
  p: number
  rounds: number
}

/** What `npm run bench:enumeration` has found: by way, by whom it was tried for. */
export interface Enumeration extends Omit<Result, 'measured' | 'quick'> {
  ways: Record<string, Record<string, BesideUnknown>>
}

/** The load of the minute before counts what was built for the run, too; this does not. */
async function busyShare(): Promise<number> {
  const used = () => {
    const times = cpus().map(({ times }) => times)
    const sum = (of: (one: (typeof times)[number]) => number) =>
      times.map(of).reduce((a, b) => a + b, 0)
    return {
      idle: sum(({ idle }) => idle),
      all: sum(one => Object.values(one).reduce((a, b) => a + b, 0)),
    }
  }
  const before = used()
  await sleep(3_000)
  const after = used()
  return 1 - (after.idle - before.idle) / (after.all - before.all)
}

export async function machine(): Promise<Omit<Result, 'measured' | 'quick'>> {
  const [load = 0] = loadavg()
  const busy = await busyShare()
  return {
    at: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    load: Math.round(load * 10) / 10,
    busy: Math.round(busy * 100) / 100,
    isQuiet: busy <= 0.1,
    node: process.version,
  }
}

/** Keeps what a run has found in `bench/results`, from where the tables of docs/performance.md are made. */
export function keep(kind: string, result: { at: string }): void {
  const folder = new URL('results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = new URL(`${kind}-${result.at.slice(0, 10)}.json`, folder)
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
}

/** Three figures that mean something, however large or small it is. */
export const shown = (value: number) => String(Number(value.toPrecision(3)))

const marks = { reached: '✔✔', held: '✔', missed: '✖' }

/** One line of the output. */
export function line(measured: Measured): string {
  const { what, unit, must, reach, isMoreBetter }: Goal = goals[measured.goal]
  const parts = Object.entries(measured.parts).map(([name, value]) => `${name} ${shown(value)}`)
  const least = isMoreBetter ? '≥' : '≤'
  const goal = `(must ${least}${must}, reach ${least}${reach})`
  const mark = marks[verdictOf(measured)].padEnd(2)
  return `${mark} ${measured.goal.padEnd(12)} ${what}: ${shown(measured.value)} ${unit} ${goal}; ${parts.join(', ')}`
}
