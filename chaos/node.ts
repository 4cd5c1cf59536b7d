import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { patchedLikeThis } from '../test/patches/patched-process.ts'
import { type Scope, temporaryFolder } from '../test/support/gate.ts'
import { GateProcess } from '../test/support/gate-process.ts'
import type { Network } from '../test/support/network.ts'
import { pause } from '../test/support/patience.ts'
import type { PostgresServer } from '../test/support/postgres.ts'
import type { Redis } from '../test/support/redis.ts'

/** What faults of two nodes take hold of. */
export interface TwoNodes {
  nodes: readonly Node[]
  postgres: PostgresServer
  databaseUrl: string
  redis: Redis
}

export interface OneNode {
  process: GateProcess
  /** Milliseconds by which its clock is wrong from now on. */
  setClock(wrong: number): void
  /** Node's, of its environment. */
  nodeOptions: string
}

/** One of several nodes, which has a network of its own to each server. */
export interface Node extends OneNode {
  toPostgres: Network
  toRedis: Network
}

/** Started again until it runs, as by a supervisor: what it needs may be away just now. */
export async function bootAgain(
  gate: GateProcess,
  env: Record<string, string> = {},
): Promise<void> {
  for (;;) {
    try {
      return await gate.boot(env)
    } catch {
      await pause(500)
    }
  }
}

const clockPreload = new URL('../test/support/wrong-clock.ts', import.meta.url).href

/** A node whose clock can be set. */
export async function startNode(t: Scope, settings: Record<string, string>): Promise<OneNode> {
  const clock = join(temporaryFolder(t), 'wrong-by')
  const { NODE_OPTIONS = '' } = patchedLikeThis()
  const nodeOptions = `--import=${clockPreload} ${NODE_OPTIONS}`.trim()
  const env = { ...settings, NODE_OPTIONS: nodeOptions, WRONG_BY_FILE: clock }
  const process = await GateProcess.start(t, env, 'serve')
  const setClock = (wrong: number) => {
    writeFileSync(clock, `${wrong}`)
    process.signal('SIGWINCH')
  }
  return { process, setClock, nodeOptions }
}
