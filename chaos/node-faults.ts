import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { failAt } from '../test/patches/failpoints.ts'
import { patchedBy } from '../test/patches/patched-process.ts'
import type { GateProcess } from '../test/support/gate-process.ts'
import type { Fault } from './gate-set.ts'
import { withinPatience } from './history.ts'
import { bootAgain, type OneNode } from './node.ts'

/** Those of the campaign itself: for trying out whether it finds what they break. */
const patchesOfAll = (process.env.PATCHES ?? '').split(',').filter(Boolean)

export const minute = 60_000
export const hour = 60 * minute
export const short = [1_500, 6_000] as const

/** All that befalls a gate's process, whatever its database is. */
export function nodeFaults(
  { process: gate, setClock, nodeOptions }: OneNode,
  part: string,
): Fault[] {
  const fault = (kind: string, share: number, lasts: Fault['lasts'], begin: Fault['begin']) => {
    return { kind, part, share, lasts, begin }
  }
  const ended = (signal: NodeJS.Signals) => async () => {
    await end(gate, signal)
    return () => bootAgain(gate)
  }
  const frozen = async () => {
    gate.freeze()
    return async () => gate.thaw()
  }
  const clockFault = (kind: string, by: number) =>
    fault(kind, 1, short, async () => {
      setClock(by)
      return async () => setClock(0)
    })
  const crash = (point: string) =>
    fault(`crash ${point.replace('-', ' ')}`, 2, [0, 1_000], async dice => {
      await end(gate, 'SIGKILL')
      const { NODE_OPTIONS = '', PATCHES = '' } = patchedBy(point, ...patchesOfAll)
      const failing = { NODE_OPTIONS: `${nodeOptions} ${NODE_OPTIONS}`, PATCHES }
      // It may come about while it starts.
      await gate.boot({ ...failing, ...failAt(point, 'crash', dice.below(8)) }).catch(() => {})
      // Where nobody signs in meanwhile it does not come about.
      await withinPatience(15_000, gate.exited, undefined)
      return async () => {
        await end(gate, 'SIGKILL')
        await bootAgain(gate)
      }
    })
  return [
    fault('node killed', 3, [0, 4_000], ended('SIGKILL')),
    fault('node ended', 2, [0, 4_000], ended('SIGTERM')),
    fault('node frozen', 3, [1_000, 6_000], frozen),
    fault('node frozen for long', 0.3, [20_000, 40_000], frozen),
    crash('before-commit'),
    crash('after-commit'),
    crash('after-notify'),
    clockFault('clock of a node 5 min ahead', 5 * minute),
    clockFault('clock of a node 5 min back', -5 * minute),
    clockFault('clock of a node 2 h ahead', 2 * hour),
    clockFault('clock of a node 2 h back', -2 * hour),
    fault('out of file descriptors', 2, short, async () => {
      const { pid = 0 } = gate
      const usual = /^Max open files +(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]
      setFiles(pid, readdirSync(`/proc/${pid}/fd`).length + 2)
      return async () => setFiles(pid, Number(usual))
    }),
  ]
}

/** Whoever does not go when told to is killed, as by a supervisor. */
async function end(gate: GateProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = gate.kill(signal)
  if ((await withinPatience(20_000, gone, undefined)) === undefined) await gate.kill('SIGKILL')
}

function setFiles(pid: number, most: number): void {
  execFileSync('prlimit', ['--pid', `${pid}`, `--nofile=${most}:`])
}
