import type { Scope } from '../test/support/gate.ts'
import { inBatches } from '../test/support/in-batches.ts'
import { pause } from '../test/support/patience.ts'
import { check } from './checker.ts'
import { startClientSystem } from './client-system.ts'
import type { FinalState } from './final-state.ts'
import type { GateSet } from './gate-set.ts'
import { History } from './history.ts'
import { startOneNode } from './one-node.ts'
import { Dice } from './plan.ts'
import { type Befallen, runFaults } from './scheduler.ts'
import { finals } from './screen.ts'
import { startTwoNodes } from './two-nodes.ts'
import type { Violation, Windows } from './violation.ts'
import { type Visited, visit } from './visit.ts'

export interface Campaign {
  set: 'two-nodes' | 'sqlite'
  signIns: number
  seed: number
  windows: Windows
  rest: readonly [from: number, to: number]
  isWanted(kind: string): boolean
  /** Where the history is also kept, a JSON object a line. */
  historyFile?: string
  /** No visit begins any more; those that have begun come to their end. */
  stop?: AbortSignal
  say(words: string): void
}

export interface Outcome {
  /** Of the set. */
  name: string
  visits: number
  history: History
  befallen: readonly Befallen[]
  violations: readonly Violation[]
  final: FinalState
  output: string
}

/** So many visits are under way at once. */
const lanes = 12

export async function runCampaign(t: Scope, campaign: Campaign): Promise<Outcome> {
  const { seed, signIns, windows, say } = campaign
  const history = new History(campaign.historyFile)
  const receiver = await startClientSystem(t, history, seed)
  const start = campaign.set === 'sqlite' ? startOneNode : startTwoNodes
  const set = await start(t, receiver, windows)
  const over = new AbortController()
  const faults = runFaults({
    set,
    history,
    dice: new Dice(seed),
    rest: campaign.rest,
    isWanted: campaign.isWanted,
    signal: over.signal,
  })
  let done = 0
  const visiting = inBatches(Array.from({ length: signIns }), lanes, async (_, n) => {
    if (campaign.stop?.aborted) return undefined
    const visited = await visit(set, history, seed, n)
    done += 1
    if (done % 100 === 0) say(`${done} of ${signIns}`)
    return visited
  })
  const [visited, befallen] = await Promise.all([visiting.finally(() => over.abort()), faults])
  const all = visited.filter(one => one !== undefined)
  await look(set, all)
  const final = await untilOver(set)
  history.flush()
  const violations = check(history.lines, final, windows)
  return {
    name: set.name,
    visits: all.length,
    history,
    befallen,
    violations,
    final,
    output: set.output(),
  }
}

/** After all faults everybody is shown what is stored: as it stands once nothing follows any more. */
async function look(set: GateSet, visited: readonly Visited[]): Promise<void> {
  await untilOver(set)
  await inBatches(visited, lanes, async ({ screen, phone }) => {
    for (const node of set.urls.keys()) {
      await screen.view(true, node)
      await phone.view(true, node)
    }
  })
}

/** Every sign-in comes to its end by itself, and every number is there. */
async function untilOver(set: GateSet): Promise<FinalState> {
  const patience = set.windows.scanned + set.windows.approved + set.windows.visit + 60_000
  const limit = AbortSignal.timeout(patience)
  for (;;) {
    const final = await set.finalState()
    const isOver = final.signIns.every(({ state }) => finals.has(state))
    const isAsked = final.handOffs.every(({ state }) => state !== 'requested')
    if ((isOver && isAsked) || limit.aborted) return final
    await pause(1_000)
  }
}
