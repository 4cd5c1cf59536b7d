// `npm run chaos -- --sign-ins N --seed S`: visits while faults come, and a history that is held against what
// is stored in the end. Exits with 1 where anything is not as it must be. See CONTRIBUTING.md.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Campaign, runCampaign } from './campaign.ts'
import { resultOf } from './result.ts'

const { values } = parseArgs({
  options: {
    'sign-ins': { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    set: { type: 'string', default: 'both' },
    faults: { type: 'string', default: '' },
  },
})
const signIns = Number(values['sign-ins'])
const seed = Number(values.seed)
const sets = values.set === 'both' ? (['two-nodes', 'sqlite'] as const) : [values.set]
if (!(signIns > 0 && Number.isInteger(seed)) || !sets.every(isSet)) {
  console.error(
    'npm run chaos -- [--sign-ins 300] [--seed 1] [--set two-nodes|sqlite|both] [--faults WORDS]',
  )
  process.exit(1)
}
const results = fileURLToPath(new URL('results/', import.meta.url))
const wanted = new RegExp(values.faults)

/** What must end with this process. */
const ends: (() => unknown)[] = []
const stopping = new AbortController()
process.on('SIGINT', stop).on('SIGTERM', stop)
const codes: number[] = []
for (const set of sets as readonly Campaign['set'][]) {
  if (!stopping.signal.aborted) codes.push(await run(set))
}
process.exit(Math.max(...codes))

function isSet(name: string): boolean {
  return name === 'two-nodes' || name === 'sqlite'
}

async function run(set: Campaign['set']): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), `qrgate-chaos-${set}-`))
  const scope = { after: (end: () => unknown) => void ends.push(end) }
  const campaign: Campaign = {
    set,
    signIns,
    seed,
    windows: {
      pending: 60_000,
      scanned: 60_000,
      approved: 90_000,
      claimAgain: 60_000,
      visit: 60_000,
    },
    rest: [2_000, 4_000],
    isWanted: kind => wanted.test(kind),
    historyFile: join(folder, 'history.jsonl'),
    stop: stopping.signal,
    say: words => console.log(`${set}: ${words}`),
  }
  campaign.say(`seed ${seed}; the history goes to ${campaign.historyFile}`)
  try {
    const outcome = await runCampaign(scope, campaign)
    const result = resultOf(campaign, outcome)
    mkdirSync(results, { recursive: true })
    const file = join(results, `${set}-${signIns}-${seed}.json`)
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
    campaign.say(`${JSON.stringify(result.counts)}`)
    for (const [kind, { healedMs, alone, combined }] of Object.entries(result.faults)) {
      const healed = healedMs
        ? `healed after ${healedMs.median} ms, at worst ${healedMs.worst}`
        : ''
      campaign.say(`${kind}: ${alone} + ${combined}; ${healed}`)
    }
    for (const late of result.late) campaign.say(`healed late: ${late}`)
    for (const { invariant, signIn, what, lines } of outcome.violations) {
      console.error(`${invariant} ${signIn}: ${what}`)
      for (const line of lines) console.error(`  ${JSON.stringify(line)}`)
    }
    const count = outcome.violations.length
    campaign.say(`${count} violations; seed ${seed}; ${file}`)
    if (count === 0) rmSync(folder, { recursive: true })
    else writeFileSync(join(folder, 'nodes.log'), outcome.output)
    return count === 0 ? 0 : 1
  } finally {
    await letGo()
  }
}

/** Processes, then folders: in the order in which they have come. */
async function letGo(): Promise<void> {
  for (const end of ends.splice(0)) await end()
}

/** Told twice it leaves all as it is. */
function stop(): void {
  if (stopping.signal.aborted) void letGo().finally(() => process.exit(130))
  stopping.abort()
}
