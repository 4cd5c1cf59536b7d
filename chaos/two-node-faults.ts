import type { Fault } from './gate-set.ts'
import { bootAgain, type Node, type TwoNodes } from './node.ts'

const short = [1_500, 6_000] as const

/** All that befalls two nodes. */
export function twoNodeFaults(all: TwoNodes): Fault[] {
  return all.nodes.flatMap((node, n) => nodeFaults(node, `node ${n}`))
}

function nodeFaults({ process }: Node, part: string): Fault[] {
  return [
    {
      kind: 'node killed',
      part,
      share: 3,
      lasts: [0, 4_000],
      async begin() {
        await process.kill('SIGKILL')
        return () => bootAgain(process)
      },
    },
  ]
}

void short
