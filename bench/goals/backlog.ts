import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSignInId } from '../../server/src/protocol/sign-in-id.ts'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { signInAlone } from '../support/approve.ts'
import { startServed } from '../support/served-gate.ts'

const rows = 20_000

/** P6b: how long others wait while a gate writes down what has run out, as after a break. */
export async function measureBacklog({ scope, of }: Bench): Promise<Measured[]> {
  const count = of(rows, rows / 4)
  const gate = await startServed(scope)
  const { id } = await signInAlone(gate.kiosk(), gate.phone())
  const database = new DatabaseSync(gate.database, { timeout: 60_000 })
  const idle = await gate.process.loopDelayOf(() => sleep(of(10_000, 5_000)))
  const began = performance.now()
  const busy = await gate.process.loopDelayOf(async () => {
    repeat(database, id, count)
    while (overdue(database) > 0) await sleep(200)
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

/** As many approved sign-ins as that one, whose time was over a minute ago. */
function repeat(database: DatabaseSync, of: string, count: number): void {
  const columns = database
    .prepare('select name from pragma_table_info(?)')
    .all('sign_ins')
    .map(({ name }) => String(name))
    .filter(name => name !== 'id' && name !== 'deadline')
    .join(', ')
  const insert = database.prepare(
    `insert into sign_ins (id, deadline, ${columns}) select ?, ?, ${columns} from sign_ins where id = ?`,
  )
  const ago = Date.now() - 60_000
  database.exec('begin immediate')
  for (let n = 0; n < count; n += 1) {
    insert.run(createSignInId(ago, crypto.getRandomValues(new Uint8Array(10))), ago, of)
  }
  database.exec('commit')
}

function overdue(database: DatabaseSync): number {
  const found = database
    .prepare('select count(*) as left from sign_ins where deadline < ?')
    .get(Date.now() - 30_000)
  return Number(found?.left)
}
