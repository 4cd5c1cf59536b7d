import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import { createAccess } from './access.ts'
import { openDatabase } from './database.ts'
import { noteFile, noteMade } from './folder.ts'
import { createGate } from './gate.ts'
import { createIntroduction } from './introduction.ts'
import { createLive, type Live } from './live.ts'
import { createQueue } from './queue.ts'
import { createServer } from './server.ts'
import { readSite } from './site.ts'
import { startTelling, type Telling } from './telling.ts'
import { ticketsNow } from './tickets.ts'
import { DatabaseTrouble } from './trouble.ts'
import { boardState, deskState } from './views.ts'

export interface ReceptionOptions {
  /** Origin of the gate. */
  gate: string
  /** Of reception as the gate's client. */
  credential: string
  /** Two while they are rotated. */
  webhookSecrets: readonly string[]
  dataDir: string
  /** Origin at which reception is reached. */
  publicUrl: string
  /** Where below it. */
  base: '' | '/reception'
  /** Milliseconds since 1970. */
  clock?: () => number
  logger: FastifyBaseLogger
}

export type Reception = Awaited<ReturnType<typeof createReception>>

/** How often it looks at the clock, and asks the gate what is new, in milliseconds. */
const every = 15_000

/** @throws Error that says in a sentence what is wrong with `reception.json` or the data. */
export async function createReception(options: ReceptionOptions) {
  const { base, clock = Date.now, logger } = options
  // First what makes the folder.
  const { db, trouble } = openDatabase(options.dataDir, 'make', trouble => {
    if (trouble) logger.error(`no service: the database: ${trouble.why}`)
    else logger.info('the database does its work again')
  })
  const site = readSite(options.dataDir, !existsSync(noteFile(options.dataDir)))
  noteMade(options.dataDir)
  const gate = createGate(options.gate, options.credential)
  const introduction = await createIntroduction({
    ...{ db, site, gate, clock, logger },
    changed: () => show(),
  })
  const { today } = introduction
  const seen = (day = today()) => ({ db, site, place: introduction.place, day })
  const onError = (error: unknown) => {
    // Of the database it is said once.
    if (!(error instanceof DatabaseTrouble)) logger.error({ err: error }, 'reception has a fault')
  }
  const live: Record<'desk' | 'board', Live> = {
    desk: createLive(() => deskState(seen(), isAway()), clock, onError),
    board: createLive(() => boardState(seen()), clock, onError),
  }
  const isAway = () => introduction.isAway() || telling?.isAway() === true
  const show = () => {
    live.desk.changed()
    live.board.changed()
  }
  const changed = () => {
    telling?.soon()
    show()
  }
  const queue = createQueue({ db, site, clock, today, changed })
  const access = createAccess(db, clock)
  const server = createServer({
    ...{ queue, access, live, seen, base, clock, logger, trouble, isAway },
    ticketOf: async row => (await ticketsNow({ db, site }, today(), clock()))(row),
    offer: () => void introduction.renew(),
    webhookSecrets: options.webhookSecrets,
    isSecure: options.publicUrl.startsWith('https:'),
  })
  let telling: Telling | undefined
  let ticking: NodeJS.Timeout | undefined

  async function tick(): Promise<void> {
    // Also where nobody asks, it is said once it is well again.
    trouble()
    await queue.tidy().catch(onError)
    await introduction.renew()
    // A day may have begun.
    show()
  }
  await server.ready()

  return {
    /** Answers everything below the base. */
    handle(request: IncomingMessage, response: ServerResponse): void {
      server.routing(request, response)
    },
    listen: (address: { host: string; port: number }) => server.listen(address),
    /** @returns path and fragment that open one browser as a desk, once, within an hour. */
    deskLink: async () => `${base}/desk#link=${await access.makeLink()}`,
    /** Introduces itself to the gate; goes on trying where that is away. */
    async start(): Promise<void> {
      const { cancel } = queue
      telling = startTelling({ db, site, gate, clock, today, cancel, changed: show, logger })
      ticking = setInterval(tick, every)
      await tick()
    },
    async close(): Promise<void> {
      clearInterval(ticking)
      for (const one of Object.values(live)) one.close()
      await telling?.close()
      await server.close()
      await db.destroy()
    },
  }
}
