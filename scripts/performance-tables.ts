// The tables of docs/performance.md, from what `npm run bench`, `bench:peers`, `bench:growth` and `bench:enumeration`
// have found last.
import { readdirSync, readFileSync } from 'node:fs'
import { type Goal, goals, verdictOf } from '../bench/goals.ts'
import { type Enumeration, type Result, shown } from '../bench/result.ts'

const results = new URL('../bench/results/', import.meta.url)

/** What a run beside others, or with a grown database, has found. */
interface Peers extends Result {
  startMicros: Record<string, number>
  waitingPercent: Record<string, number>
}
interface Growth extends Result {
  engines: Record<string, Record<string, { new: number; grown: number; times: number }>>
}

/** The page with each of its tables made anew; whatever has not been measured yet stays as it is. */
export function withTables(page: string): string {
  const withGoals = withTable(page, 'goals', newest<Result>('goals'), goalRows)
  const withPeers = withTable(withGoals, 'peers', newest<Peers>('peers'), peerRows)
  const withGrowth = withTable(withPeers, 'growth', newest<Growth>('growth'), growthRows)
  return withTable(withGrowth, 'enumeration', newest<Enumeration>('enumeration'), enumerationRows)
}

function withTable<T extends Omit<Result, 'measured' | 'quick'>>(
  page: string,
  name: string,
  result: T | undefined,
  rows: (result: T) => string[],
): string {
  if (result === undefined) return page
  const { at, commit, cpu, cores, load, node } = result
  const where = `${at.slice(0, 10)}, ${commit}, ${cpu}, ${cores} cores, load ${load} before, Node ${node.slice(1)}.`
  const table = [where, '', ...rows(result)].join('\n')
  const place = new RegExp(`<!-- ${name} -->.*<!-- /${name} -->`, 's')
  return page.replace(place, () => `<!-- ${name} -->\n${table}\n<!-- /${name} -->`)
}

function newest<T>(kind: string): T | undefined {
  const names = readdirSync(results).filter(name => name.startsWith(`${kind}-`))
  const last = names.toSorted().at(-1)
  return last === undefined
    ? undefined
    : (JSON.parse(readFileSync(new URL(last, results), 'utf8')) as T)
}

const words = { reached: 'reached', held: 'yes', missed: '**no**' }

function goalRows({ measured }: Result): string[] {
  const rows = measured.map(figure => {
    const { what, unit, must, reach, isMoreBetter }: Goal = goals[figure.goal]
    const sign = isMoreBetter ? '≥' : '≤'
    const of = [
      figure.goal,
      what,
      `${shown(figure.value)} ${unit}`,
      `${sign} ${must}`,
      `${sign} ${reach}`,
    ]
    return `| ${[...of, words[verdictOf(figure)]].join(' | ')} |`
  })
  return ['| | what | measured | must | reach for | holds |', '|---|---|---|---|---|---|', ...rows]
}

function peerRows({ startMicros, waitingPercent }: Peers): string[] {
  const starts = Object.entries(startMicros).map(([name, micros]) => {
    return `| ${name} | a start | ${shown(micros)} µs of processor time |`
  })
  const waiting = Object.entries(waitingPercent).map(([name, percent]) => {
    return `| ${name} | 1 000 waiting screens | ${shown(percent)} % of a core |`
  })
  return ['| who | what | cost |', '|---|---|---|', ...starts, ...waiting]
}

function growthRows({ engines }: Growth): string[] {
  const rows = Object.entries(engines).flatMap(([engine, figures]) =>
    Object.entries(figures).map(([what, { new: fresh, grown, times }]) => {
      return `| ${engine} | ${what} | ${shown(fresh)} | ${shown(grown)} | ${shown(times)} × |`
    }),
  )
  return ['| engine | what | new | grown | |', '|---|---|---|---|---|', ...rows]
}

function enumerationRows({ ways }: Enumeration): string[] {
  const rows = Object.entries(ways).flatMap(([way, whom]) =>
    Object.entries(whom).map(([who, { ms, unknownMs, ratio, p, rounds }]) => {
      const of = [way, who, shown(unknownMs), shown(ms), ratio.toFixed(3), p.toFixed(2), rounds]
      return `| ${of.join(' | ')} |`
    }),
  )
  const head = '| way | whom | unknown, ms | they, ms | ratio | p | tries |'
  return [head, '|---|---|---|---|---|---|---|', ...rows]
}
