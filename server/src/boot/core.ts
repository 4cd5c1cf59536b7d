import { setTimeout as sleep } from 'node:timers/promises'
import { type Accounts, createAccounts } from '../accounts/accounts.ts'
import { createInvitations } from '../accounts/invitations.ts'
import { createMethods, type Methods } from '../accounts/methods/methods.ts'
import { createPasskeys, type Passkeys } from '../accounts/passkeys.ts'
import { createPasswordHasher, type PasswordHasher } from '../accounts/password.ts'
import { createRecoveries, type Recoveries } from '../accounts/recovery.ts'
import { createRememberedPhones, type RememberedPhones } from '../accounts/remembered-phones.ts'
import { createSessions, type Sessions } from '../accounts/sessions.ts'
import { createSignUpNotices, type SignUpNotices } from '../accounts/sign-up-notice.ts'
import { createUsualPlaces } from '../accounts/usual-places.ts'
import type { Bus } from '../bus/bus.ts'
import { openBus } from '../bus/open-bus.ts'
import { type Clock, createClock, type NodeClock, steady } from '../clock.ts'
import type { Config } from '../config.ts'
import { createKiosks, type Kiosks, openKiosk, seedKiosk } from '../kiosks/kiosks.ts'
import { createCodeGuesses } from '../limits/code-guesses.ts'
import { type Counters, createCounters } from '../limits/counters.ts'
import { createLimit } from '../limits/limit.ts'
import { networkOf } from '../limits/network.ts'
import type { Payer } from '../limits/payer.ts'
import { createTryLimits } from '../limits/try-limits.ts'
import { countRefusedTries, type RefusedTries } from '../log/refused-tries.ts'
import type { EventLog } from '../logger.ts'
import { OperatorError } from '../operator-error.ts'
import { gateProofPurpose } from '../protocol/gate-proof.ts'
import { jwtPurpose, jwtTickets, olderJwtPurpose, olderJwtReader } from '../protocol/jwt-ticket.ts'
import { deriveKeyring, type Keyring } from '../protocol/keyring.ts'
import { kioskSecrets } from '../protocol/kiosk-secret.ts'
import { passkeyChallenges } from '../protocol/passkey-challenge.ts'
import { receipts } from '../protocol/receipt.ts'
import { compactTickets, ticketAddress } from '../protocol/ticket.ts'
import { createAccountEnding } from '../signin/account-removal.ts'
import { createFlow, type Flow } from '../signin/flow.ts'
import { createMoves } from '../signin/moves.ts'
import { createNewPasskeys, type NewPasskeys } from '../signin/new-passkeys.ts'
import { pageOpener } from '../signin/opened-page.ts'
import { createOwnAccount, type OwnAccount } from '../signin/own-account.ts'
import { createOwnChanges, type OwnChanges } from '../signin/own-changes.ts'
import { createOwnExport, type OwnExport } from '../signin/own-export.ts'
import { createOwnPage, type OwnPage } from '../signin/own-page.ts'
import { createSeedFlow, type SeedFlow } from '../signin/seed-flow.ts'
import { ticketReader } from '../signin/ticket-reader.ts'
import { createUserCodes, type UserCodes } from '../signin/user-codes.ts'
import { createVisits, type Visits } from '../signin/visit.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { createDelivery } from '../watch/delivery.ts'
import { createBackground } from './background.ts'
import { backgroundErrors } from './background-errors.ts'
import { type ClientParts, createClientParts } from './client-parts.ts'
import { noteSteps } from './clock-steps.ts'
import type { Demo } from './demo.ts'
import { withReadyHashes } from './demo-visitors.ts'
import { createHandOffParts, type HandOffParts } from './hand-off-parts.ts'
import { noteOtherDomains } from './passkey-domains.ts'
import { randomBytes } from './random-bytes.ts'

/** How long what runs by itself may take to end, in milliseconds. */
const patience = 1_000

/** What a kiosk may cause in a minute; ten a second are more than any screen can show. */
const perKiosk = (name: string) => ({ name, points: 600, duration: 60 })
/** How often a page may be closed in a minute, and come back; nobody reloads one so often. */
const perPage = (name: string) => ({ name, points: 20, duration: 60 })

/** A gate without its edges: everything that decides, nothing that speaks HTTP. */
export interface Core extends Omit<ClientParts, 'sealAnew'>, HandOffParts {
  clock: Clock
  /** This node's own; {@link clock} is it, but where another was given. */
  nodeClock: NodeClock
  store: Store
  bus: Bus
  passwords: PasswordHasher
  accounts: Accounts
  kiosks: Kiosks
  methods: Methods
  phones: RememberedPhones
  notices: SignUpNotices
  passkeys: Passkeys
  newPasskeys: NewPasskeys
  recoveries: Recoveries
  sessions: Sessions
  ownPage: OwnPage
  ownAccount: OwnAccount
  ownExport: OwnExport
  ownChanges: OwnChanges
  flow: Flow
  visits: Visits
  seedFlow: SeedFlow
  userCodes: UserCodes
  refusedTries: RefusedTries
  counters: Counters
  /** Of which `qrgate doctor` knows this gate. */
  gateProof: Keyring
  /** Starts what runs by itself: reaper, sweep, log, correction of the clock. */
  run(): Promise<void>
  close(): Promise<void>
}

/**
 * @param given a clock to use instead of the node's own.
 * @param demo its own client serves every kiosk that has none, as long as this process runs.
 */
export async function createCore(
  config: Config,
  logger: EventLog,
  given?: Clock,
  demo?: Demo,
): Promise<Core> {
  const own = demo?.reception?.client
  const { publicUrl, timings, rotation } = config
  const onError = backgroundErrors(logger, 'a background task failed')
  const [secretKey, ...older] = config.secretKeys
  if (secretKey === undefined) throw new OperatorError('SECRET_KEY is missing.')
  const keyring = (purpose: string) => deriveKeyring([secretKey, ...older], purpose)
  /** Of what lives for minutes: nothing of it, from before a backup was restored, is any good afterwards. */
  const passing = (purpose: string) =>
    keyring(restoredAt === null ? purpose : `${purpose} since ${restoredAt}`)

  const nodeClock = createClock({ onStep: noteSteps(logger, () => delivery.timeChanged()) })
  const clock = given ?? nodeClock
  const steadiness = given ? steady(given) : nodeClock
  // For durations, which no correction of a clock may stretch.
  const ticks = given ?? (() => performance.now())
  const store = await openStore(config.databaseUrl)
  const { restoredAt } = await store.gate.read()
  const bus = await openBus(config.redisUrl, onError)
  const { signIns } = store
  const passwords = await createPasswordHasher(config.longestHashWait)
  const siteNames = Object.values(config.site)
  const counters = await openCounters(config, ticks, logger, onError)
  const accounts = createAccounts({
    records: demo ? withReadyHashes(store.accounts, demo.hashes) : store.accounts,
    passwords,
    tries: createTryLimits(config.tryRules, counters),
    places: createUsualPlaces({
      records: store.usualPlaces,
      keyring: keyring('usual place'),
      clock,
      onError,
    }),
    siteNames,
    clock,
    randomBytes,
    onError,
  })
  const phones = createRememberedPhones({
    records: store.rememberedPhones,
    accounts: store.accounts,
    keyring: keyring('remembered phone'),
    clock,
    restoredAt,
  })
  const passkeys = createPasskeys({
    records: store.passkeys,
    accounts: store.accounts,
    challenges: passkeyChallenges(passing('passkey challenge'), publicUrl),
    origin: publicUrl,
    domain: config.passkeyDomain,
    clock,
  })
  const notices = createSignUpNotices({
    records: store.site,
    fromSettings: config.signUpNotice,
    clock,
  })
  const builtIn = [
    ...(config.seedApi ? [seedKiosk] : []),
    ...(config.mode === 'demo' ? [openKiosk] : []),
  ]
  const kiosks = createKiosks({
    records: store.kiosks,
    builtIn,
    usualClient: own?.id ?? null,
    clock,
    randomBytes,
  })
  const tickets = compactTickets(passing('ticket'), publicUrl)
  const pendingSeconds = timings.pending / 1000
  const ofNow = jwtTickets(passing(jwtPurpose(publicUrl)), pendingSeconds)
  const readOlder = olderJwtReader(passing(olderJwtPurpose), publicUrl, pendingSeconds)
  const jwts = { ...ofNow, read: (text: string) => ofNow.read(text) ?? readOlder(text) }
  const receiptsOfPages = receipts(passing('receipt'), publicUrl)
  const delivery = createDelivery({ bus, clock, onError })
  const moves = createMoves({ signIns, bus, clock, kiosks, timings, setAt: steadiness.setAt })
  const { sealAnew, ...clientParts } = createClientParts({
    config,
    store,
    accounts,
    keyring: passing('agreement'),
    clock,
    ticks,
    logger,
    onError,
  })
  const handOffParts = createHandOffParts({
    config,
    own,
    store,
    bus,
    moves,
    clients: clientParts.clients,
    accounts,
    kiosks,
    clock,
    ticks,
    logger,
    onError,
  })
  const { services } = handOffParts
  const shared = {
    moves,
    services,
    delivery,
    clock,
    accounts,
    kiosks,
    tickets,
    jwts,
    readTicket: ticketReader(tickets, kiosks),
    openPage: pageOpener({ moves, receipts: receiptsOfPages, clock }),
    timings,
    unscannedRows: createLimit('too_many_codes', perKiosk('cancels and codes'), ticks),
    randomBytes,
  }
  const flow = createFlow({
    ...shared,
    signIns,
    phones,
    telling: clientParts.telling,
    kioskSecrets: kioskSecrets(passing('kiosk secret'), publicUrl),
    receipts: receiptsOfPages,
    scans: createLimit('too_many', perKiosk('scans'), ticks),
    rotation,
    ticketAddress: ticketAddress(publicUrl),
  })
  const seedFlow = createSeedFlow(shared)
  const forgetPhone = (account: string, payer: Payer) =>
    accounts.forgetPhone(account, payer).catch(onError)
  const leaves = createLimit('too_many', perPage('closed pages'), ticks)
  const visits = createVisits({ moves, services, clock, leaves, forgetPhone })
  const newPasskeys = createNewPasskeys({ moves, accounts, passkeys, clock })
  const sessions = createSessions({
    records: store.sessions,
    accounts: store.accounts,
    keyring: passing('session'),
    clock,
    restoredAt,
  })
  const looks = createLimit('too_many', perKiosk('passkeys at the account page'), ticks)
  const ownPage = createOwnPage({ accounts, passkeys, sessions, looks, randomBytes })
  const { handOffTimings } = config
  const { clients } = clientParts
  const ownAccount = createOwnAccount({
    ...{ store, phones, passkeys, kiosks, clients },
    ...{ clock, timings, handOffTimings },
  })
  const ownExport = createOwnExport({ store, clock, timings, handOffTimings })
  const endAccount = createAccountEnding({
    ...{ signIns, handOffs: store.handOffs, moves, clock, timings: handOffTimings },
    onChanged: id => bus.publish(id),
  })
  const ownChanges = createOwnChanges({ accounts, sessions, passkeys, endAccount, randomBytes })
  const records = store.userCodes
  const guesses = createCodeGuesses(counters)
  const address = `${publicUrl}/code`
  const userCodes = createUserCodes({ ...shared, records, guesses, address })

  const onAlarm = (wrong: object) => logger.warn({ wrong }, 'many wrong passwords')
  const refusedTries = countRefusedTries({ log: store.log, clock, networkOf, onError, onAlarm })

  const background = createBackground({
    config,
    store,
    bus,
    delivery,
    moves,
    clock,
    steadiness,
    nodeClock,
    keyring: keyring('log checkpoint'),
    sealAnew,
    handOffParts,
    logger,
    onError,
  })

  return {
    ...clientParts,
    ...handOffParts,
    clock,
    nodeClock,
    store,
    bus,
    passwords,
    accounts,
    kiosks,
    methods: createMethods(accounts, phones, passkeys, {
      registration: config.registration,
      invitations: createInvitations({ records: store.invitations, clock, randomBytes }),
      notices,
    }),
    notices,
    passkeys,
    newPasskeys,
    recoveries: createRecoveries({ records: store.accounts, passwords, siteNames, clock }),
    sessions,
    ownPage,
    ownAccount,
    ownExport,
    ownChanges,
    phones,
    flow,
    visits,
    seedFlow,
    userCodes,
    refusedTries,
    gateProof: keyring(gateProofPurpose),
    counters,
    async run() {
      await background.run()
      await noteOtherDomains(store.passkeys, config.passkeyDomain, logger).catch(onError)
    },
    async close() {
      // The log last: whatever ends may still have something to tell it.
      const letGo = async () => {
        await refusedTries.stop()
        await background.stop()
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
  logger: EventLog,
  onError: (error: unknown) => void,
): Promise<Counters> {
  if (redisUrl === '') return createCounters(ticks)
  const { redisCounts } = await import('../limits/redis-counts.ts')
  const onWarning = (words: string) => logger.warn({}, `Redis: ${words}`)
  return createCounters(ticks, redisCounts(redisUrl, onError, onWarning))
}
