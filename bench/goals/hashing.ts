import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { signInAlone } from '../support/approve.ts'
import { inTurns, median, medianOf, over } from '../support/figures.ts'
import { startServed } from '../support/served-gate.ts'

const inFlight = 32

/** P6: how long the event loop is held up while passwords are hashed. */
export async function measureHashing({ scope, of }: Bench): Promise<Measured[]> {
  const ms = of(8_000, 3_000)
  const gate = await startServed(scope)
  let signIns = 0
  const busy = async () => {
    const until = performance.now() + ms
    const one = async () => {
      while (performance.now() < until) {
        await signInAlone(gate.kiosk(), gate.phone())
        signIns += 1
      }
    }
    await Promise.all(Array.from({ length: inFlight }, one))
  }
  const p99 = (work: () => Promise<unknown>) => async () =>
    (await gate.process.loopDelayOf(work)).p99
  const rounds = of(3, 1)
  const took = await inTurns(rounds, { idle: p99(() => sleep(ms)), busy: p99(busy) })
  return [
    {
      goal: 'P6',
      value: medianOf(over, took.busy, took.idle),
      parts: {
        busyMs: median(took.busy),
        idleMs: median(took.idle),
        signInsPerSecond: (signIns / (rounds + 1) / ms) * 1000,
      },
    },
  ]
}
