import { readFileSync } from 'node:fs'
import type { Patch } from './patch.ts'

/*
 * A bus that loses hints of other nodes, or repeats and reorders them. What it does says the file that BAD_HINTS
 * names, at each hint anew: `lose 50` is half of them, `repeat 5` each five times, all in any order.
 */

declare global {
  /** What the patch calls in place of telling this node's listeners. */
  var badHints: (topic: string, tell: (topic: string) => void) => void
}

globalThis.badHints = (topic, tell) => {
  const [how = '', much] = readFileSync(process.env.BAD_HINTS ?? '', 'utf8').split(' ')
  if (how === 'lose' && Math.random() * 100 < Number(much)) return
  const times = how === 'repeat' ? Number(much) : 1
  for (let n = 0; n < times; n += 1) setTimeout(() => tell(topic), Math.random() * 300)
}

export const unreliableBus: Patch = {
  id: 'unreliable-bus',
  file: 'server/src/bus/redis.ts',
  find: 'if (!takeEcho(topic)) local.publish(topic)',
  replace: 'if (!takeEcho(topic)) badHints(topic, local.publish)',
}
