// `npm run bench [-- --quick] [-- PART …]`: every goal that fits into a quarter of an hour, each beside its floor
// in the same run. Exits with 1 where a *must* is missed on a quiet machine. See CONTRIBUTING.md.
import { parseArgs } from 'node:util'
import type { Bench } from './bench.ts'
import { measureBacklog } from './goals/backlog.ts'
import { measureConnections } from './goals/connections.ts'
import { measureCrowd } from './goals/crowd.ts'
import { measureDelivery } from './goals/delivery.ts'
import { measureHandOffs } from './goals/hand-offs.ts'
import { measureHashing } from './goals/hashing.ts'
import { measureLeaks } from './goals/leaks.ts'
import { measurePages } from './goals/pages.ts'
import { measureRequests } from './goals/requests.ts'
import { measureReturning } from './goals/returning.ts'
import { measureStart } from './goals/start.ts'
import { measureThroughput } from './goals/throughput.ts'
import { type Measured, verdictOf } from './goals.ts'
import { keep, line, machine, type Result } from './result.ts'
import { endedAfter } from './support/ends.ts'

const parts: Record<string, (bench: Bench) => Promise<Measured[]>> = {
  requests: measureRequests,
  delivery: measureDelivery,
  hashing: measureHashing,
  backlog: measureBacklog,
  crowd: measureCrowd,
  connections: measureConnections,
  leaks: measureLeaks,
  pages: measurePages,
  start: measureStart,
  throughput: measureThroughput,
  'hand-offs': measureHandOffs,
  returning: measureReturning,
}

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const unknown = positionals.find(name => !(name in parts))
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}"; there are: ${Object.keys(parts).join(', ')}.`)
  process.exit(1)
}
const chosen = Object.entries(parts).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
)
const { quick } = values

const result: Result = { ...(await machine()), quick, measured: [] }
console.log(
  `${result.cpu}, ${result.cores} cores, ${Math.round(result.busy * 100)} % busy, Node ${result.node}`,
)
for (const [, measure] of chosen) {
  await endedAfter(async scope => {
    const of = (whole: number, few: number) => (quick ? few : whole)
    for (const measured of await measure({ scope, of })) {
      result.measured.push(measured)
      console.log(line(measured))
    }
  })
}
if (!quick && chosen.length === Object.keys(parts).length) {
  keep('goals', result)
}

const missed = result.measured.filter(measured => verdictOf(measured) === 'missed')
if (missed.length > 0 && !result.isQuiet) {
  console.log('This machine was busy when the run began: what is missed may be its load.')
}
process.exit(missed.length > 0 && result.isQuiet ? 1 : 0)
