import { setTimeout as sleep } from 'node:timers/promises'
import type { Part } from '../http/health-part.ts'
import type { Core } from './core.ts'

/** A database that takes longer to answer a reading is no help to anybody, in milliseconds. */
const patience = 900

/** What `/readyz` asks: each part says since when it is not well. */
export function readinessParts({ store, bus, passwords }: Core): Part[] {
  let databaseLost: number | null = null
  let asking: Promise<boolean> | undefined

  // One question at a time: a database that stands still must not collect them.
  const askDatabase = () => {
    asking ??= store.signIns
      // Any id will do; it is the answering that counts.
      .read('')
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  return [
    {
      name: 'database',
      vital: true,
      async degraded() {
        const aborter = new AbortController()
        const tooLong = sleep(patience, false, { signal: aborter.signal }).catch(() => false)
        const answers = await Promise.race([askDatabase(), tooLong])
        aborter.abort()
        databaseLost = answers ? null : (databaseLost ?? performance.now())
        return databaseLost === null ? null : lasting(databaseLost, 'the database does not answer')
      },
    },
    {
      name: 'bus',
      vital: false,
      async degraded() {
        const since = bus.lostSince()
        return since === null
          ? null
          : lasting(since, 'Redis does not answer; kiosks learn by polling')
      },
    },
    {
      name: 'passwords',
      vital: false,
      async degraded() {
        const since = passwords.fullSince()
        return since === null
          ? null
          : lasting(since, 'more people are signing in than can be served')
      },
    },
  ]
}

function lasting(since: number, reason: string) {
  return { for_ms: Math.round(performance.now() - since), reason }
}
