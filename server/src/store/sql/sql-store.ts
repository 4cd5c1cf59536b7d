import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../store.ts'
import { accounts } from './accounts.ts'
import { clients } from './clients.ts'
import { deliveries } from './deliveries.ts'
import type { Engine } from './engine.ts'
import { gate, tryToWrite } from './gate.ts'
import { handOffs } from './hand-offs.ts'
import { invitations } from './invitations.ts'
import { kiosks } from './kiosks.ts'
import { leases } from './leases.ts'
import { log } from './log.ts'
import type { Database } from './noun.ts'
import { passkeys } from './passkeys.ts'
import { rememberedPhones } from './remembered-phones.ts'
import { sessions } from './sessions.ts'
import { signIns } from './sign-ins.ts'
import { signingKeys } from './signing-keys.ts'
import { site } from './site.ts'
import { subjects } from './subjects.ts'
import { createUpdate } from './update.ts'
import { userCodes } from './user-codes.ts'
import { usualPlaces } from './usual-places.ts'
import { watchedRows } from './watched-rows.ts'

/** How long a database may take to close, in milliseconds. */
const closeWithin = 1_000

/** Who asks how it is may do so often, and each answer may cost a write: in milliseconds. */
const writeEvery = 1_000

/** How often it is tried where another one is just writing. */
const mostTries = 5

/** The one implementation of {@link Store}, over any database that Kysely speaks to. */
export function sqlStore(db: Database, engine: Engine): Store {
  const update = createUpdate(engine)
  return {
    signIns: signIns(db, engine, update),
    handOffs: handOffs(db, engine, update),
    deliveries: deliveries(db, engine, update),
    watched: watchedRows(db, engine),
    accounts: accounts(db, engine, update),
    kiosks: kiosks(db, engine, update),
    clients: clients(db, engine, update),
    subjects: subjects(db, engine),
    userCodes: userCodes(db, engine),
    usualPlaces: usualPlaces(db, engine),
    rememberedPhones: rememberedPhones(db, engine, update),
    passkeys: passkeys(db, engine, update),
    sessions: sessions(db, engine, update),
    invitations: invitations(db, engine, update),
    signingKeys: signingKeys(db, engine, update),
    log: log(db, engine),
    leases: leases(db, engine),
    gate: gate(db, engine, update),
    site: site(db, engine, update),
    trouble: troubleOf(db, engine),
    inspect: () => engine.inspect(),
    time: () => engine.time(),
    // Connections to a frozen database cannot be closed in order; the process must stop all the same.
    close: () => Promise.race([db.destroy(), sleep(closeWithin, undefined, { ref: false })]),
  }
}

function troubleOf(db: Database, engine: Engine): Store['trouble'] {
  const { health } = engine
  const orTrouble = (error: unknown) => {
    const trouble = engine.troubleOf(error) ?? engine.passing(error)
    if (trouble === null) throw error
    return trouble
  }
  const write = async () => {
    for (let tries = 1; ; tries += 1) {
      try {
        await tryToWrite(db, engine)
        return health.wrote()
      } catch (error) {
        const trouble = orTrouble(error)
        if (trouble !== 'locked' || tries === mostTries) return health.failed(trouble)
      }
      // Others write too, each for a moment.
      await sleep(50)
    }
  }
  let written = Number.NEGATIVE_INFINITY
  return async ({ byWriting = false } = {}) => {
    const seen = engine.knownTrouble() ?? (await engine.look().catch(orTrouble))
    if (seen !== null) return seen
    if (!byWriting && health.met === null && !engine.isNearlyFull()) return null
    const now = performance.now()
    if (now - written < writeEvery && !byWriting) return health.met
    written = now
    await write()
    return health.met
  }
}
