import { join } from 'node:path'
import { after } from 'node:test'
import { type Scope, temporaryFolder } from './gate.ts'
import { PostgresServer } from './postgres.ts'

let server: Promise<PostgresServer> | undefined

/** Each engine's way to a new, empty database that several processes share: its address. */
export const engines: Record<'SQLite' | 'Postgres', (t: Scope) => Promise<string>> = {
  SQLite: async t => `sqlite:${join(temporaryFolder(t), 'qrgate.sqlite')}`,
  Postgres: async () => {
    // One server a file.
    server ??= PostgresServer.start({ after })
    return (await server).database()
  },
}
