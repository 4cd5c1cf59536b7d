import type { Degraded, Part } from '../http/health-part.ts'
import type { EventLog } from '../logger.ts'
import { type DatabaseTrouble, databaseTroubles } from '../store/database-trouble.ts'
import { within } from '../within.ts'
import { clockDegraded } from './clock-steps.ts'
import type { Core } from './core.ts'
import { type OpenFiles, outOfFiles } from './open-files.ts'

/** A database that takes longer to answer a reading is no help to anybody, in milliseconds. */
const patience = 900

/** What `/readyz` asks: each part says since when it is not well, and why. */
export function readinessParts(
  { store, bus, passwords, counters, nodeClock }: Core,
  openFiles: OpenFiles,
  logger: EventLog,
): Part[] {
  let lost: { since: number; trouble: DatabaseTrouble } | null = null
  let asking: Promise<DatabaseTrouble | null> | undefined

  // One question at a time: a database that stands still must not collect them.
  const askDatabase = () => {
    asking ??= store.trouble().finally(() => {
      asking = undefined
    })
    return within(patience, asking, () => new Error(`no answer for ${patience} ms`))
  }
  const note = (trouble: DatabaseTrouble | null) => {
    if (trouble === (lost?.trouble ?? null)) return
    lost = trouble && { since: lost?.since ?? performance.now(), trouble }
    if (trouble === null) logger.info({}, 'the database does its work again')
    else logger.warn({ trouble }, `not ready: the database: ${databaseTroubles[trouble]}`)
  }

  return [
    {
      name: 'database',
      vital: true,
      async degraded() {
        note(await askDatabase().catch(() => 'away' as const))
        if (lost === null) return null
        return degradedSince(lost.since, `the database: ${databaseTroubles[lost.trouble]}`)
      },
    },
    {
      name: 'bus',
      vital: false,
      async degraded() {
        const away = bus.lost()
        if (away === null) return null
        return degradedSince(away.since, `${away.why}; kiosks learn by polling`)
      },
    },
    {
      name: 'counts',
      vital: false,
      async degraded() {
        const away = counters.lost()
        if (away === null) return null
        return degradedSince(away.since, `${away.why}; each node counts wrong passwords by itself`)
      },
    },
    {
      name: 'passwords',
      vital: false,
      async degraded() {
        const since = passwords.fullSince()
        return since === null
          ? null
          : degradedSince(since, 'more people are signing in than can be served')
      },
    },
    {
      name: 'files',
      vital: false,
      async degraded() {
        const since = openFiles.lostSince()
        return since === null ? null : degradedSince(since, outOfFiles)
      },
    },
    {
      name: 'clock',
      vital: false,
      degraded: async () => clockDegraded(nodeClock),
    },
  ]
}

/** @param since by `performance.now()`. */
function degradedSince(since: number, reason: string): Degraded {
  return { for_ms: Math.round(performance.now() - since), reason }
}
