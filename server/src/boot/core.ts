import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Accounts, createAccounts } from '../accounts/accounts.ts'
import { createMethods, type Methods } from '../accounts/methods/methods.ts'
import { createPasswordHasher, type PasswordHasher } from '../accounts/password.ts'
import { createUsualPlaces } from '../accounts/usual-places.ts'
import type { Bus } from '../bus/bus.ts'
import { openBus } from '../bus/open-bus.ts'
import { type Clients, createClients } from '../clients/clients.ts'
import { type Clock, createClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { createKiosks, type Kiosks, openKiosk, seedKiosk } from '../kiosks/kiosks.ts'
import { createCodeGuesses } from '../limits/code-guesses.ts'
import { type Counters, createCounters } from '../limits/counters.ts'
import { createLimit } from '../limits/limit.ts'
import { networkOf } from '../limits/network.ts'
import type { Payer } from '../limits/payer.ts'
import { createTryLimits } from '../limits/try-limits.ts'
import { checkpointKeys } from '../log/checkpoint.ts'
import { follow } from '../log/follow.ts'
import { jsonLogReader } from '../log/json-log.ts'
import { startKeeper } from '../log/keep.ts'
import { countRefusedTries, type RefusedTries } from '../log/refused-tries.ts'
import { startSealer } from '../log/seal.ts'
import type { EventLog } from '../logger.ts'
import { OperatorError } from '../operator-error.ts'
import { agreements } from '../protocol/agreement.ts'
import { jwtTickets } from '../protocol/jwt-ticket.ts'
import { deriveKeyring } from '../protocol/keyring.ts'
import { kioskSecrets } from '../protocol/kiosk-secret.ts'
import { receipts } from '../protocol/receipt.ts'
import { compactTickets } from '../protocol/ticket.ts'
import { createFlow, type Flow } from '../signin/flow.ts'
import { createKnownSubject, type KnownSubject } from '../signin/known-subject.ts'
import { createMoves } from '../signin/moves.ts'
import { pageOpener } from '../signin/opened-page.ts'
import { startReaper } from '../signin/reaper.ts'
import { createSeedFlow, type SeedFlow } from '../signin/seed-flow.ts'
import { ticketReader } from '../signin/ticket-reader.ts'
import { createTelling, type Telling } from '../signin/told.ts'
import { createUserCodes, type UserCodes } from '../signin/user-codes.ts'
import { createVisits, type Visits } from '../signin/visit.ts'
import { createIdTokens, type IdTokens } from '../signing/id-tokens.ts'
import { createSigningKeys, type SigningKeys } from '../signing/signing-keys.ts'
import { startSigningKeys } from '../signing/start.ts'
import { followDatabaseTime } from '../store/database-time.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { createDelivery } from '../watch/delivery.ts'
import { startSweep } from '../watch/sweep.ts'
import { sealsOf } from './seals.ts'

/** How long what runs by itself may take to end, in milliseconds. */
const patience = 1_000

/** What a kiosk may cause in a minute; ten a second are more than any screen can show. */
const perKiosk = (name: string) => ({ name, points: 600, duration: 60 })
/** How often a page may be closed in a minute, and come back; nobody reloads one so often. */
const perPage = (name: string) => ({ name, points: 20, duration: 60 })

/** A gate without its edges: everything that decides, nothing that speaks HTTP. */
export interface Core {
  clock: Clock
  store: Store
  bus: Bus
  passwords: PasswordHasher
  accounts: Accounts
  kiosks: Kiosks
  clients: Clients
  knownSubject: KnownSubject
  methods: Methods
  flow: Flow
  visits: Visits
  telling: Telling
  seedFlow: SeedFlow
  userCodes: UserCodes
  signingKeys: SigningKeys
  idTokens: IdTokens
  refusedTries: RefusedTries
  /** Starts what runs by itself: reaper, sweep, log, correction of the clock. */
  run(): Promise<void>
  close(): Promise<void>
}

/** @param given a clock to use instead of the node's own. */
export async function createCore(config: Config, logger: EventLog, given?: Clock): Promise<Core> {
  const { publicUrl, timings, rotation } = config
  const onError = (error: unknown) => logger.error({ err: error }, 'a background task failed')
  const [secretKey, ...older] = config.secretKeys
  if (secretKey === undefined) throw new OperatorError('SECRET_KEY is missing.')
  const keyring = (purpose: string) => deriveKeyring([secretKey, ...older], purpose)

  const nodeClock = createClock()
  const clock = given ?? nodeClock
  // For durations, which no correction of a clock may stretch.
  const ticks = given ?? (() => performance.now())
  const store = await openStore(config.databaseUrl)
  const bus = await openBus(config.redisUrl, onError)
  const { signIns } = store
  const passwords = await createPasswordHasher(config.longestHashWait)
  const counters = await openCounters(config, ticks, onError)
  const accounts = createAccounts({
    records: store.accounts,
    passwords,
    tries: createTryLimits(config.tryRules, counters),
    places: createUsualPlaces({
      records: store.usualPlaces,
      keyring: keyring('usual place'),
      clock,
      onError,
    }),
    siteNames: Object.values(config.site),
    clock,
    randomBytes,
    onError,
  })
  const builtIn = [
    ...(config.seedApi ? [seedKiosk] : []),
    ...(config.mode === 'demo' ? [openKiosk] : []),
  ]
  const kiosks = createKiosks({ records: store.kiosks, builtIn, clock, randomBytes })
  const clients = createClients({
    records: store.clients,
    sealed: sealsOf(config, 'webhook secret'),
    clock,
    randomBytes,
  })
  const warnOfLost = (lost: string[]) => {
    if (lost.length === 0) return
    logger.warn({ clients: lost }, 'no accepted key opens their webhook secrets')
  }
  const knownSubject = createKnownSubject({ subjects: store.subjects, accounts })
  const tickets = {
    compact: compactTickets(keyring('ticket'), publicUrl),
    jwt: jwtTickets(keyring('jwt ticket'), publicUrl, timings.pending / 1000),
  }
  const receiptsOfPages = receipts(keyring('receipt'), publicUrl)
  const delivery = createDelivery({ bus, clock, onError })
  const moves = createMoves({ signIns, bus, clock, kiosks, timings })
  const sealedKeys = sealsOf(config, 'signing key')
  const signingKeys = createSigningKeys({
    records: store.signingKeys,
    sealed: sealedKeys,
    clock,
    monotonic: ticks,
  })
  const idTokens = createIdTokens({ keys: signingKeys, issuer: `${publicUrl}/oidc`, clock })
  const telling = createTelling({
    clients,
    accounts,
    agreements: agreements(keyring('agreement'), publicUrl),
    idTokens,
  })
  const shared = {
    moves,
    delivery,
    clock,
    accounts,
    kiosks,
    tickets,
    readTicket: ticketReader(tickets, kiosks),
    openPage: pageOpener({ moves, receipts: receiptsOfPages, clock }),
    timings,
    unscannedRows: createLimit('too_many_codes', perKiosk('cancels and codes'), ticks),
    randomBytes,
  }
  const flow = createFlow({
    ...shared,
    signIns,
    telling,
    kioskSecrets: kioskSecrets(keyring('kiosk secret'), publicUrl),
    receipts: receiptsOfPages,
    scans: createLimit('too_many', perKiosk('scans'), ticks),
    rotation,
    // Capitals keep the QR in its small alphanumeric mode; a JWT would not survive them.
    ticketAddress: (ticket, kind) => {
      const address = `${publicUrl}/q/${ticket}`
      return kind === 'compact' ? address.toUpperCase() : address
    },
  })
  const seedFlow = createSeedFlow(shared)
  const forgetPhone = (account: string, payer: Payer) =>
    accounts.forgetPhone(account, payer).catch(onError)
  const leaves = createLimit('too_many', perPage('closed pages'), ticks)
  const visits = createVisits({ moves, clock, leaves, forgetPhone })
  const records = store.userCodes
  const guesses = createCodeGuesses(counters)
  const address = `${publicUrl}/code`
  const userCodes = createUserCodes({ ...shared, records, guesses, address })

  const { log, leases } = store
  const leased = { log, leases, holder: randomUUID(), onError }
  const keys = checkpointKeys(keyring('log checkpoint'))
  const onAlarm = (wrong: object) => logger.warn({ wrong }, 'many wrong passwords')
  const refusedTries = countRefusedTries({ log, clock, networkOf, onError, onAlarm })

  const stops: (() => void | Promise<void>)[] = []
  return {
    clock,
    store,
    bus,
    passwords,
    accounts,
    kiosks,
    clients,
    knownSubject,
    methods: createMethods(accounts, config.registration),
    flow,
    visits,
    telling,
    seedFlow,
    userCodes,
    signingKeys,
    idTokens,
    refusedTries,
    async run() {
      stops.push(await followDatabaseTime(store, nodeClock, onError))
      await startSigningKeys({
        keys: signingKeys,
        records: store.signingKeys,
        sealed: sealedKeys,
        clock,
        onLost: (keys, words) => logger.warn({ keys }, words),
        onError,
      })
      await clients.reseal().then(warnOfLost, onError)
      const { usualPlaces } = store
      stops.push(startReaper({ signIns, userCodes: records, usualPlaces, moves, clock, onError }))
      stops.push(startSweep({ signIns, bus, delivery, clock, onError }))
      stops.push(startSealer(leased))
      stops.push(startKeeper({ ...leased, keys, life: config.logLife, clock }))
      stops.push(follow(leased, jsonLogReader(logger)))
    },
    async close() {
      // The log last: whatever ends may still have something to tell it.
      const letGo = async () => {
        await refusedTries.stop()
        for (const stop of stops) await stop()
      }
      // A database that does not answer must not keep the process; leases run out by themselves.
      await Promise.race([letGo(), sleep(patience, undefined, { ref: false })])
      counters.close()
      await bus.close()
      await store.close()
    },
  }
}

async function openCounters(
  { redisUrl }: Config,
  ticks: () => number,
  onError: (error: unknown) => void,
): Promise<Counters> {
  if (redisUrl === '') return createCounters(ticks)
  const { redisCounts } = await import('../limits/redis-counts.ts')
  return createCounters(ticks, redisCounts(redisUrl, onError))
}
