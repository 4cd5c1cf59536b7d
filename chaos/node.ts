import type { GateProcess } from '../test/support/gate-process.ts'
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

/** One of several nodes, which has a network of its own to each server. */
export interface Node {
  process: GateProcess
  toPostgres: Network
  toRedis: Network
  /** Milliseconds by which its clock is wrong from now on. */
  setClock(wrong: number): void
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
