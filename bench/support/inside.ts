/*
 * Preloaded into a measured process, which knows nothing of it: how long its event loop is held up, and what
 * is alive on its heap, asked over the channel that its parent has opened.
 */
import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface LoopDelay {
  /** Milliseconds. */
  p99: number
  longest: number
}

export interface Heap {
  bytes: number
}

let delays: ELDHistogram | undefined

const asked = {
  /** A timer a millisecond costs processor time, so it runs only while somebody wants to know. */
  watchLoop: () => {
    delays = monitorEventLoopDelay({ resolution: 1 })
    delays.enable()
    return {}
  },
  loopDelay: (): LoopDelay => {
    if (!delays) throw new Error('nobody has watched the loop')
    delays.disable()
    return { p99: delays.percentile(99) / 1e6, longest: delays.max / 1e6 }
  },
  /** After everything that nobody holds any more has gone. */
  heap: (): Heap => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    collect()
    return { bytes: process.memoryUsage().heapUsed }
  },
}

export type Question = keyof typeof asked

process.on('message', (question: Question) => process.send?.(asked[question]()))
// It lives as long as it would alone.
process.channel?.unref()
