import { randomUUID } from 'node:crypto'
import type { ActionAnswer, DeskActions, DeskState } from '../../reception/src/wire.ts'
import { type DeskClient, DeskRefused } from './desk-client.ts'
import { patiently, pause } from './patience.ts'

/** What reception has answered to its desks: none of it may be lost, whatever dies meanwhile. */
export interface Acknowledged {
  /** Calls of each visitor: so many at least, and so many at most. */
  calls: Map<string, { least: number; most: number }>
  /** How it ended with whom; an end that a desk has tried to take back is none. */
  ends: Map<string, 'done' | 'no_show'>
  /** Walk-ins, and the number that each was given. */
  walkIns: Map<string, string>
  /** How many moves of each kind. */
  moves: Map<string, number>
}

export interface BusyDesks {
  acknowledged: Acknowledged
  /** They stop where they are: some still wait, some have just been called. */
  stop(): Promise<void>
  /** They say nothing again, as there is nobody any more who could answer. */
  abandon(): void
}

/** While fewer wait, nobody is called: a line is what this is about. */
const fewest = 4

/**
 * Desks at work, each with its own mind: they call, call again, end, send back, pass on, take back and add
 * walk-ins. What is not answered is said again, as their pages do.
 */
export function startDesks(
  client: DeskClient,
  desks: readonly string[],
  random: () => number,
): BusyDesks {
  const acknowledged: Acknowledged = {
    calls: new Map(),
    ends: new Map(),
    walkIns: new Map(),
    moves: new Map(),
  }
  const { calls, ends, walkIns, moves } = acknowledged
  let stopped = false
  let abandoned = false

  /** @returns undefined where reception says no. */
  async function act<Name extends keyof DeskActions>(
    name: Name,
    action: DeskActions[Name],
  ): Promise<ActionAnswer | undefined> {
    const answer = await patiently(async () => {
      try {
        return await client.act(name, action)
      } catch (error) {
        if (error instanceof DeskRefused || abandoned) return undefined
        throw error
      }
    })
    if (answer) moves.set(name, (moves.get(name) ?? 0) + 1)
    return answer
  }

  async function call(desk: string, arrival: string): Promise<void> {
    const count = calls.get(arrival) ?? { least: 0, most: 0 }
    calls.set(arrival, count)
    count.most += 1
    const answer = await act('call', { desk, arrival })
    if (!answer) return
    count.least += 1
    if (!answer.undo || random() > 0.2) return
    count.least -= 1
    await act('undo', { undo: answer.undo })
  }

  async function end(arrival: string, as: 'done' | 'no_show'): Promise<void> {
    const answer = await act('end', { arrival, as })
    if (answer?.arrival?.state !== as) return
    ends.set(arrival, as)
    if (!answer.undo || random() > 0.2) return
    ends.delete(arrival)
    await act('undo', { undo: answer.undo })
  }

  async function walkIn(service: string): Promise<void> {
    const id = randomUUID()
    const answer = await act('walk-in', { id, service })
    if (answer?.arrival) walkIns.set(id, answer.arrival.number)
  }

  async function move(desk: string, { desks, services, waiting }: DeskState): Promise<void> {
    const own = desks.find(({ id }) => id === desk)
    const serving = own?.serving
    const next = waiting.find(({ service }) => own?.services.includes(service))
    const chance = random()
    if (chance < 0.1) return walkIn(own?.services[0] ?? '')
    if (serving && chance < 0.5) {
      const arrival = serving.id
      if (chance < 0.15) await act('recall', { arrival })
      else if (chance < 0.25) await act('back', { arrival })
      else if (chance < 0.35) {
        const service = services[Math.floor(random() * services.length)]?.id ?? ''
        await act('pass', { arrival, service })
      } else await end(arrival, chance < 0.45 ? 'done' : 'no_show')
      return
    }
    if (next && waiting.length >= fewest) await call(desk, next.id)
  }

  const working = desks.map(async desk => {
    while (!stopped) {
      const state = await client.state().catch(() => undefined)
      if (state) await move(desk, state)
      await pause(20 + random() * 150)
    }
  })
  return {
    acknowledged,
    async stop() {
      stopped = true
      await Promise.all(working)
    },
    abandon() {
      stopped = true
      abandoned = true
    },
  }
}
