import type { Degraded, Part } from '../http/health-part.ts'
import { within } from '../within.ts'
import type { Core } from './core.ts'

/** A database that takes longer to answer a reading is no help to anybody, in milliseconds. */
const patience = 900

/** What `/readyz` asks: each part says since when it is not well. */
export function readinessParts({ store, bus, passwords }: Core): Part[] {
  let databaseLost: number | null = null
  let asking: Promise<unknown> | undefined

  // One question at a time: a database that stands still must not collect them.
  const askDatabase = () => {
    // Any id will do; it is the answering that counts.
    asking ??= store.signIns.read('').finally(() => {
      asking = undefined
    })
    return within(patience, asking, () => new Error(`no answer for ${patience} ms`))
  }

  return [
    {
      name: 'database',
      vital: true,
      async degraded() {
        databaseLost = await askDatabase().then(
          () => null,
          () => databaseLost ?? performance.now(),
        )
        return databaseLost === null
          ? null
          : degradedSince(databaseLost, 'the database does not answer')
      },
    },
    {
      name: 'bus',
      vital: false,
      async degraded() {
        const since = bus.lostSince()
        return since === null
          ? null
          : degradedSince(since, 'Redis does not answer; kiosks learn by polling')
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
  ]
}

/** @param since by `performance.now()`. */
function degradedSince(since: number, reason: string): Degraded {
  return { for_ms: Math.round(performance.now() - since), reason }
}
