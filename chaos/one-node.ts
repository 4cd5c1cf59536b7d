import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteStore } from '../server/src/store/sql/sqlite.ts'
import type { Scope } from '../test/support/gate.ts'
import { temporaryFolder } from '../test/support/gate.ts'
import { hang, patiently } from '../test/support/patience.ts'
import { Phone } from '../test/support/phone.ts'
import type { Receiver } from '../test/support/receiver.ts'
import { type SmallDisk, smallDisk, withoutMounts } from '../test/support/small-disk.ts'
import { addCast } from './cast.ts'
import { readFinalState } from './final-state.ts'
import type { Fault, GateSet } from './gate-set.ts'
import { startNode } from './node.ts'
import { nodeFaults, short } from './node-faults.ts'
import { publicUrl, settingsOf } from './settings.ts'
import type { Windows } from './violation.ts'

/** One node on SQLite, on a disk of its own where this user may mount one. */
export async function startOneNode(
  t: Scope,
  receiver: Receiver,
  windows: Windows,
): Promise<GateSet> {
  const disk = withoutMounts ? undefined : smallDisk(t, 128)
  const path = join(disk?.folder ?? temporaryFolder(t), 'qrgate.sqlite')
  const node = await startNode(t, {
    ...settingsOf(windows, receiver.host),
    DATABASE_URL: `sqlite:${path}`,
  })
  const { url } = node.process
  const store = await openSqliteStore(path)
  const cast = await addCast(store, url, receiver)
  await store.close()
  return {
    name: 'one node on SQLite',
    urls: [url],
    windows,
    ...cast,
    phone: at => new Phone(at, { origin: publicUrl }),
    faults: [...nodeFaults(node, 'node'), ...sqliteFaults(path, disk)],
    output: () => node.process.output,
    async finalState() {
      const database = new DatabaseSync(path, { timeout: hang })
      try {
        return await readFinalState(async sql => database.prepare(sql).all())
      } finally {
        database.close()
      }
    },
  }
}

function sqliteFaults(path: string, disk: SmallDisk | undefined): Fault[] {
  const locked: Fault = {
    kind: 'database locked by another program',
    part: 'database',
    share: 2,
    lasts: short,
    async begin() {
      // Waits without holding up this process: a node that is frozen with the lock in its hands thaws only by it.
      const database = new DatabaseSync(path, { timeout: 0 })
      await patiently(async () => database.exec('begin immediate'))
      return async () => database.close()
    },
  }
  if (disk === undefined) return [locked]
  const onDisk = { part: 'database', share: 2, lasts: short }
  return [
    locked,
    {
      ...onDisk,
      kind: 'disk full',
      async begin() {
        disk.fill()
        return async () => disk.makeRoom()
      },
    },
  ]
}
