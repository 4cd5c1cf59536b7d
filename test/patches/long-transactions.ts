import type { Patch } from './patch.ts'

/** Postgres leaves a transaction open in which a frozen node says nothing, however slow the machine is. */
export const longTransactions: Patch = {
  id: 'long-transactions',
  file: 'server/src/store/sql/postgres-connection.ts',
  find: 'idle: 5_000',
  replace: 'idle: 600_000',
}
