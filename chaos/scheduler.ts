import { pause } from '../test/support/patience.ts'
import type { Fault, GateSet } from './gate-set.ts'
import { type History, withinPatience } from './history.ts'
import type { Dice } from './plan.ts'
import { readyz, untilHealed } from './probe.ts'

/** What befell the gates, once: one fault alone, or two at a time. */
export interface Befallen {
  kinds: readonly string[]
  /** Milliseconds from the end of its cause until every node has signed somebody in and says that it is ready. */
  healedMs: number
  /** When it was felt, by the history's clock. */
  from: number
  to: number
  /** What the nodes said of themselves meanwhile. */
  said: readonly string[]
}

export interface Scheduling {
  set: GateSet
  history: History
  dice: Dice
  /** How long the gates are left alone between, in milliseconds. */
  rest: readonly [from: number, to: number]
  /** Which faults may come; each kind comes once before any comes again. */
  isWanted(kind: string): boolean
  signal: AbortSignal
}

/** Lets faults come, one or two at a time, until it is stopped. */
export async function runFaults(scheduling: Scheduling): Promise<Befallen[]> {
  const { set, dice, signal } = scheduling
  const faults = set.faults.filter(({ kind }) => scheduling.isWanted(kind))
  const befallen: Befallen[] = []
  const upcoming: Fault[] = []
  while (!signal.aborted && faults.length > 0) {
    await pause(dice.between(...scheduling.rest))
    if (signal.aborted) break
    if (upcoming.length === 0) upcoming.push(...oneOfEach(faults, dice))
    const first = (upcoming.shift() ?? faults[0]) as Fault
    const others = faults.filter(({ part, isAlone }) => part !== first.part && !isAlone)
    const isCombined = !first.isAlone && others.length > 0 && dice.chance(0.3)
    const together = isCombined ? [first, weighed(others, dice)] : [first]
    befallen.push(await befall(together, scheduling))
  }
  return befallen
}

async function befall(faults: readonly Fault[], scheduling: Scheduling): Promise<Befallen> {
  const { set, history, dice } = scheduling
  const kinds = faults.map(({ kind }) => kind)
  const kind = kinds.join(' + ')
  const from = history.now
  history.add({ type: 'fault', at: from, signIn: '', kind })
  const said = new Set<string>()
  const over = new AbortController()
  const listening = listen(set, said, over.signal)
  const draws = faults.map(fault => ({ fault, ms: dice.between(...fault.lasts) }))
  const ended = await Promise.all(
    draws.map(async ({ fault, ms }) => {
      const end = await fault.begin(dice)
      await pause(ms)
      const at = history.now
      await end()
      return at
    }),
  )
  over.abort()
  await listening
  await Promise.all(set.urls.map((_, node) => untilHealed(set, node)))
  const to = history.now
  history.add({ type: 'healed', at: to, signIn: '', kind })
  const healedMs = Math.round(to - Math.max(...ended))
  return { kinds, healedMs, from, to, said: [...said].toSorted() }
}

/** Notes what each node says while a fault lasts. */
async function listen(set: GateSet, said: Set<string>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(400)
    if (signal.aborted) return
    const answers = await Promise.all(
      set.urls.map(url => withinPatience(2_500, readyz(url), undefined)),
    )
    if (signal.aborted) return
    for (const answer of answers) {
      const reasons = Object.entries(answer?.reasons ?? {}).map(([part, why]) => `${part}: ${why}`)
      said.add([answer?.status ?? 'no answer', ...reasons].join('; '))
    }
  }
}

function oneOfEach(faults: readonly Fault[], dice: Dice): Fault[] {
  const kinds = [...Map.groupBy(faults, ({ kind }) => kind).values()]
  const order = kinds.map(of => ({ fault: dice.one(of), at: dice.random() }))
  return order.toSorted((a, b) => a.at - b.at).map(({ fault }) => fault)
}

function weighed(faults: readonly Fault[], dice: Dice): Fault {
  const shares = Object.fromEntries(faults.map(({ share }, n) => [`${n}`, share]))
  return faults[Number(dice.drawn(shares))] as Fault
}
