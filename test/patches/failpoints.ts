import { appendFileSync } from 'node:fs'
import type { Patch } from './patch.ts'

/*
 * Moments at which a gate can be stopped. A patch puts a call into the source; what happens there says
 * FAILPOINT.
 */

/** What happens at a failpoint: the process dies or stands still at once, or goes on so many milliseconds later. */
export type Mishap = 'crash' | 'freeze' | 'throw' | `delay ${number}`

/** In the environment of a gate. @param skip how often it passes before. */
export function failAt(point: string, mishap: Mishap, skip = 0): Record<string, string> {
  return { FAILPOINT: [point, mishap, skip].join(':') }
}

declare global {
  /** What the patches call; there only where failpoints are loaded. */
  var failpoint: (name: string) => Promise<void> | void
}

const [point = '', mishap = '', skip = '0'] = (process.env.FAILPOINT ?? '').split(':')
let left = Number(skip)
const fire = () => {
  if (mishap === 'crash') process.kill(process.pid, 'SIGKILL')
  if (mishap === 'freeze') process.kill(process.pid, 'SIGSTOP')
  if (mishap === 'throw') throw new Error(`failpoint ${point}`)
}
globalThis.failpoint = name => {
  if (name !== point) return
  left -= 1
  if (left >= 0) return
  // Written first: who has died can tell nothing.
  const note = process.env.FAILPOINT_NOTES
  if (note) appendFileSync(note, `${name} ${mishap}\n`)
  const [, ms] = /^delay (\d+)$/.exec(mishap) ?? []
  return ms === undefined ? fire() : new Promise(resolve => setTimeout(resolve, Number(ms)))
}

export const failpoints: readonly Patch[] = [
  {
    id: 'before-commit',
    file: 'server/src/store/sql/update.ts',
    find: `      await addToLog(trx, events)
`,
    replace: `      await addToLog(trx, events)
      if (isChange(change)) await failpoint('before-commit')
`,
  },
  {
    id: 'after-commit',
    file: 'server/src/store/sql/update.ts',
    find: '    if (isChange(changed)) engine.health.wrote()\n',
    replace: `    if (isChange(changed)) engine.health.wrote()
    if (isChange(changed)) await failpoint('after-commit')
`,
  },
  {
    id: 'after-notify',
    file: 'server/src/signin/moves.ts',
    find: '    if (events.length > 0 || quiet) publish(next)\n',
    replace: `    if (events.length > 0 || quiet) publish(next)
    if (events.length > 0) await failpoint('after-notify')
`,
  },
]
