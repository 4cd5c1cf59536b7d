import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSqliteStore } from '../server/src/store/sql/sqlite.ts'
import { freshId, scan } from '../test/conformance/rows.ts'
import { type Scope, temporaryFolder } from '../test/support/gate.ts'
import { type Figures, timed } from './figures.ts'

const lock = `
  const { DatabaseSync } = require('node:sqlite')
  const [, path, ms] = process.argv
  const database = new DatabaseSync(path)
  database.exec('BEGIN IMMEDIATE')
  process.stdout.write('locked')
  setTimeout(() => database.exec('COMMIT'), Number(ms))
`

/** What a lock of another process costs whoever writes, and everybody else on this node. */
export async function measureLockedSqlite(scope: Scope, figures: Figures): Promise<void> {
  for (const [held, goal] of [
    [600, '< 1000 ms'],
    [60_000, '< 8000 ms, refused'],
  ] as const) {
    const path = join(temporaryFolder(scope), 'qrgate.sqlite')
    const store = await openSqliteStore(path)
    const other = spawn(process.execPath, ['-e', lock, path, `${held}`])
    await once(other.stdout, 'data')
    const delay = monitorEventLoopDelay({ resolution: 10 })
    delay.enable()
    // The first turn has nothing to be compared with.
    await sleep(30)
    const writes = Array.from({ length: 5 }, freshId)
    const took = await timed(() =>
      Promise.allSettled(writes.map(id => store.signIns.update(id, scan(id)))),
    )
    delay.disable()
    figures.add(`SQLite locked for ${held} ms: five writes`, took, goal, 'F19')
    figures.add('  the event loop stood still for', delay.max / 1e6, '< 200 ms', 'F19')
    other.kill()
    await once(other, 'close')
    await store.close()
  }
}
