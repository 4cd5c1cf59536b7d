import type { ColumnDataType, Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { gate } from './migrations/2026-11-gate.ts'
import { oneUserCode } from './migrations/2026-11-one-user-code.ts'
import { sealedLog } from './migrations/2026-11-sealed-log.ts'
import { usualPlaces } from './migrations/2026-11-usual-places.ts'
import { visits } from './migrations/2026-11-visits.ts'
import { handOffs } from './migrations/2026-12-hand-offs.ts'
import { handOffsCalled } from './migrations/2026-12-hand-offs-called.ts'
import { moreTime } from './migrations/2026-12-more-time.ts'
import { removed } from './migrations/2026-12-removed.ts'

/**
 * Which databases opening them may change: all, only those that no gate has used before, or none. A
 * command must not upgrade the tables under gates that run an older version, and whoever only looks must
 * not make a database where there is none.
 */
export type Upgrade = 'any' | 'new' | 'never'

export class OutdatedTables extends Error {
  override readonly name = 'OutdatedTables'

  constructor() {
    super('The tables are not up to date; run: qrgate migrate')
  }
}

export class NoTables extends Error {
  override readonly name = 'NoTables'

  constructor() {
    super('No gate has used this database yet; check DATABASE_URL and QRGATE_DATA_DIR.')
  }
}

/**
 * Brings the tables up to date; nodes that start together wait for each other. Each migration is a
 * transaction of its own, so that nodes which run meanwhile wait only for what it locks itself.
 * @param patient connects where a statement may take as long as it takes; closed again afterwards.
 * @throws OutdatedTables or NoTables where it may not, or whatever the database said; the migration that
 * failed has then changed nothing.
 */
export async function migrate<T>(
  db: Kysely<T>,
  rowNumber: ColumnDataType,
  upgrade: Upgrade,
  patient?: () => Kysely<T>,
): Promise<void> {
  // Listed here and not found in a folder, so that go-to-definition leads to each.
  const migrations = {
    '2026-11-gate': gate(rowNumber),
    '2026-11-one-user-code': oneUserCode,
    '2026-11-sealed-log': sealedLog(rowNumber),
    '2026-11-usual-places': usualPlaces,
    '2026-11-visits': visits,
    '2026-12-hand-offs': handOffs,
    '2026-12-hand-offs-called': handOffsCalled,
    '2026-12-more-time': moreTime,
    '2026-12-removed': removed,
  }
  const provider = { getMigrations: async () => migrations }
  const all = await new Migrator({ db, provider }).getMigrations()
  const pending = all.filter(({ executedAt }) => executedAt === undefined)
  if (pending.length === 0) return
  const isNew = pending.length === all.length
  if (upgrade === 'never' && isNew) throw new NoTables()
  if (upgrade !== 'any' && !isNew) throw new OutdatedTables()
  const own = patient?.()
  try {
    const migrator = new Migrator({ db: own ?? db, provider })
    // Where another node has done some of them meanwhile, the last rounds find nothing to do.
    for (const _ of pending) {
      const { error } = await migrator.migrateUp()
      if (error) throw error
    }
  } finally {
    await own?.destroy()
  }
}
