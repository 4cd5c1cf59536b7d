import { chmodSync, existsSync, globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Scope, temporaryFolder } from './gate.ts'

/** Debian's libfaketime, where it is installed. */
const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')

/** Why a database's clock cannot be set here; false where it can. */
export const withoutDatabaseClock =
  library !== undefined && existsSync(library) ? false : 'needs the package libfaketime'

/** The clock of a server that is started with its environment, which can be wrong. */
export interface DatabaseClock {
  env: Record<string, string>
  /** Its monotonic clock goes on. @param ms how wrong it is from now on. */
  set(ms: number): void
}

export function databaseClock(t: Scope): DatabaseClock {
  const folder = temporaryFolder(t)
  // The server runs as another user.
  chmodSync(folder, 0o755)
  const file = join(folder, 'wrong-by')
  const set = (ms: number) => writeFileSync(file, `${ms < 0 ? '-' : '+'}${Math.abs(ms / 1000)}s\n`)
  set(0)
  return {
    env: {
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  }
}
