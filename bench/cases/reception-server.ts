// Reception in a process of its own, whose day goes on as its bench says. Arguments: the gate's address,
// and how many days it has behind it.
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createReception } from '@qrgate/reception'
import pino from 'pino'
import { openDatabase } from '../../reception/src/database.ts'

const [gate = '', behind = '0'] = process.argv.slice(2)
const { QRGATE_DATA_DIR: dataDir = '', PORT, PUBLIC_URL: publicUrl = '' } = process.env

// Eight in the morning, in Seoul.
let now = Date.UTC(2026, 10, 29, 23)
await fill(Number(behind))
const reception = await createReception({
  ...{ gate, credential: 'bench', dataDir, publicUrl, base: '' },
  webhookSecrets: [process.env.WEBHOOK_SECRET ?? ''],
  clock: () => now,
  logger: pino({ level: 'warn' }),
})
createServer(async (request, response) => {
  if (request.url === '/bench/link') response.end(await reception.deskLink())
  else if (request.url === '/bench/pass-time') {
    // So that 2 000 visitors come in ten hours.
    now += 18_000
    response.end()
  } else reception.handle(request, response)
}).listen(Number(PORT), '127.0.0.1')
await reception.start()

/** Days with 2 000 visitors each, all of whom were called and are done. */
async function fill(days: number): Promise<void> {
  await openDatabase(dataDir).db.destroy()
  const db = new DatabaseSync(join(dataDir, 'reception.sqlite'))
  const arrived = db.prepare(
    `INSERT INTO arrivals (id, day, number, call, came_at, waiting_since, turn, ended_at, letter, service,
       state, walk_in, coming, version, rings, told, told_rings, unsettled)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'A', 'consultation', 'done', 0, 0, 3, 1, '{}', 1, 0)`,
  )
  const called = db.prepare(
    `INSERT INTO calls (id, arrival, day, waiting_since, called_at, rung_at, service, desk, recalls)
     VALUES (?, ?, ?, ?, ?, ?, 'consultation', 'room-1', 0)`,
  )
  db.exec('BEGIN')
  for (let nth = 0; nth < days * 2_000; nth += 1) {
    const at =
      now - days * 86_400_000 + Math.floor(nth / 2_000) * 86_400_000 + (nth % 2_000) * 18_000
    const day = new Date(at + 5 * 3_600_000).toISOString().slice(0, 10)
    arrived.run(`${nth}`, day, (nth % 2_000) + 1, nth + 1, at, at, at, at)
    called.run(nth + 1, `${nth}`, day, at, at, at)
  }
  db.exec('COMMIT')
  db.close()
}
