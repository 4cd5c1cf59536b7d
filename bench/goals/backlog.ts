import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSignInId } from '../../server/src/protocol/sign-in-id.ts'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { signInAlone } from '../support/approve.ts'
import { startServed } from '../support/served-gate.ts'

const rows = 20_000
const part = 250

/** P6b: how long others wait while a gate writes down what has run out, as after a break. */
export async function measureBacklog({ scope, of }: Bench): Promise<Measured[]> {
  const count = of(rows, rows / 4)
  const gate = await startServed(scope)
  const { id } = await signInAlone(gate.kiosk(), gate.phone())
  const database = new DatabaseSync(gate.database, { timeout: 60_000 })
  const idle = await gate.process.loopDelayOf(() => sleep(of(10_000, 5_000)))
  // All of them run out at once, after they were written: a writer beside the gate would hold it up itself.
  const deadline = Date.now() + of(12_000, 6_000)
  await repeat(database, id, count, deadline)
  await sleep(deadline - Date.now() - 1_000)
  const began = performance.now()
  const busy = await gate.process.loopDelayOf(async () => {
    while (left(database, deadline) > 0) await sleep(500)
  })
  const seconds = (performance.now() - began) / 1000
  database.close()
  return [
    {
      goal: 'P6b',
      value: busy.longest - idle.longest,
      parts: { rows: count, busyMs: busy.longest, idleMs: idle.longest, seconds },
    },
  ]
}

/** As many approved sign-ins as that one, in small parts. */
async function repeat(
  database: DatabaseSync,
  of: string,
  count: number,
  deadline: number,
): Promise<void> {
  const columns = database
    .prepare('select name from pragma_table_info(?)')
    .all('sign_ins')
    .map(({ name }) => String(name))
    .filter(name => name !== 'id' && name !== 'deadline')
    .join(', ')
  const insert = database.prepare(
    `insert into sign_ins (id, deadline, ${columns}) select ?, ?, ${columns} from sign_ins where id = ?`,
  )
  for (let done = 0; done < count; done += part) {
    database.exec('begin immediate')
    for (let n = 0; n < part; n += 1) {
      const random = crypto.getRandomValues(new Uint8Array(10))
      insert.run(createSignInId(deadline - 120_000, random), deadline, of)
    }
    database.exec('commit')
    await sleep(5)
  }
}

function left(database: DatabaseSync, deadline: number): number {
  const found = database
    .prepare('select count(*) as count from sign_ins where deadline = ?')
    .get(deadline)
  return Number(found?.count)
}
