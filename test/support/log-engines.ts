import { join } from 'node:path'
import { type Scope, temporaryFolder } from './gate.ts'
import { PostgresServer } from './postgres.ts'

export type Engine = 'SQLite' | 'Postgres'

/** Gives the address of a new, empty database that several processes can share. */
export type NewDatabase = (t: Scope) => Promise<string>

/** @param scope that of the file: all its tests share one Postgres. */
export async function startEngines(scope: Scope): Promise<Record<Engine, NewDatabase>> {
  const postgres = await PostgresServer.start(scope)
  return {
    SQLite: async t => `sqlite:${join(temporaryFolder(t), 'qrgate.sqlite')}`,
    Postgres: () => postgres.gateDatabase(),
  }
}

/** On which engines a proof is made: `npm test` takes Postgres alone, where several machines meet. */
export function provenOn(engines: Record<Engine, NewDatabase>): [string, NewDatabase][] {
  const whole = process.env.QRGATE_TEST_FAULT === 'whole' || process.env.QRGATE_TEST_EVENTS
  return Object.entries(engines).filter(([engine]) => whole || engine === 'Postgres')
}
