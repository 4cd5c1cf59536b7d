import { randomBytes } from 'node:crypto'
import websocket from '@fastify/websocket'
import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { addClientApi } from '../http/client/api.ts'
import { addDemo } from '../http/demo/demo.ts'
import { addTryPage } from '../http/demo/try-page.ts'
import { addDocsPage, readDocsStyle } from '../http/docs/docs-page.ts'
import { addGateProof } from '../http/gate-proof.ts'
import { addHealth } from '../http/health.ts'
import { addKioskApi, type KioskApiParts } from '../http/kiosk/api.ts'
import { addEnrolPage } from '../http/kiosk/enrol-page.ts'
import { addOriginCheck } from '../http/kiosk/origin.ts'
import { addMeRoutes } from '../http/me/routes.ts'
import { addPages } from '../http/pages.ts'
import { noscriptCss, readPhoneAssets } from '../http/phone/assets.ts'
import { addPhoneRoutes } from '../http/phone/routes.ts'
import type { PhoneParts } from '../http/phone/visitor.ts'
import { addSeedRoutes } from '../http/seed.ts'
import { createSeedEdges, isSeedPath, type SeedRoute } from '../http/seed-edges.ts'
import { addCompression } from '../http/server/compression.ts'
import { addCors } from '../http/server/cors.ts'
import { requireOneHost } from '../http/server/host.ts'
import { addOpenApi } from '../http/server/openapi.ts'
import { addSecurityHeaders } from '../http/server/security-headers.ts'
import { sentence } from '../http/server/sentences.ts'
import { createHttpServer } from '../http/server/server.ts'
import { watchPolicies } from '../kiosks/policies.ts'
import { watchRevocations } from '../kiosks/revocations.ts'
import { createLimit } from '../limits/limit.ts'
import type { Logger } from '../logger.ts'
import { addJwks } from '../oidc/jwks.ts'
import type { SignIn } from '../protocol/sign-in-row.ts'
import { signInView } from '../protocol/sign-in-view.ts'
import { isNews, type WithHandOff } from '../signin/watched.ts'
import type { Store } from '../store/store.ts'
import { createChangeWaits } from '../watch/await-change.ts'
import { within } from '../within.ts'
import { createKioskSockets } from '../ws/kiosk-sockets.ts'
import { seedSocket } from '../ws/seed-socket.ts'
import { createSocketLimits } from '../ws/socket-limits.ts'
import { backgroundErrors } from './background-errors.ts'
import { createCore } from './core.ts'
import type { Demo, DemoReception } from './demo.ts'
import { watchOpenFiles } from './open-files.ts'
import { readinessParts } from './readiness.ts'

export interface App {
  server: ReturnType<typeof createHttpServer>
  store: Store
  /** Starts to answer at the configured host and port. */
  listen(): Promise<void>
  /** Lets what is in flight finish, tells kiosks to come back, and lets go of everything. */
  close(): Promise<void>
}

/** What every WebSocket is held to, whatever it is for. */
const socketOptions = {
  maxPayload: 4096,
  maxFragments: 16,
  maxBufferedChunks: 64,
  perMessageDeflate: false,
  clientTracking: false,
  // A peer that is gone, or does not want to go, answers no close handshake.
  closeTimeout: 5_000,
}

/** Reception may take this long to close, in milliseconds; the gate's own stop has 5 s. */
const patience = 1_000

/** Puts a gate together: core and edges. @param demo what a demo has besides. */
export async function createApp(
  config: Config,
  logger: Logger,
  givenClock?: Clock,
  demo?: Demo,
): Promise<App> {
  const core = await createCore(config, logger, givenClock, demo)
  const {
    clock,
    flow,
    visits,
    seedFlow,
    userCodes,
    methods,
    accounts,
    kiosks,
    clients,
    knownSubject,
    services,
    handOffs,
    staff,
    refusedTries,
  } = core
  const { publicUrl } = config
  const onError = backgroundErrors(logger, 'a task of the edge failed')

  const corsRules = { allowedOrigins: config.allowedOrigins, isOpenTo: isSeedPath }
  const seedEdges = createSeedEdges(openToSeed(config), corsRules)
  const server = createHttpServer(logger, config.trustedProxies, seedEdges)
  // First of all: its streams never end by themselves, and the gate waits for none of them.
  if (demo?.reception) server.addHook('preClose', closing(demo.reception, onError))
  const limits = createSocketLimits(config.maxSockets)
  const assets = await readPhoneAssets()
  server.addHook('onResponse', (request, reply, done) => {
    if (reply.refusal) refusedTries.count(reply.refusal, request.ip)
    done()
  })
  const docsStyle = await readDocsStyle()
  const inPages = [assets, assets.handOff, assets.newPasskey, assets.me]
  const styles = [...inPages.map(({ css }) => css), noscriptCss, docsStyle]
  const scripts = inPages.map(({ script }) => script)
  addSecurityHeaders(server, config, { styles, scripts })
  addOpenApi(server, publicUrl)
  await server.register(websocket, {
    options: socketOptions,
    // A peer's broken frame is no error of ours; ws has closed the socket already.
    errorHandler: (_error, socket) => socket.terminate(),
    // Kiosks are told to come back later; there is nothing else to wait for.
    preClose: done => {
      limits.close()
      answerPolls()
      done()
    },
  })
  requireOneHost(server, seedEdges.refuseFirst)
  seedEdges.addMisspelt(server)
  const now = () => performance.now()
  const enrolments = createLimit('too_many', { name: 'enrolments', points: 100, duration: 60 }, now)
  const recoveries = { name: 'recoveries', points: 30, duration: 60 }
  const recoveryTries = createLimit('too_many', recoveries, now)
  const inserts = createLimit('too_many', { name: 'inserts', points: 600, duration: 60 }, now)
  const ownPages = createLimit('too_many', { name: 'own pages', points: 120, duration: 60 }, now)
  const renewBefore = config.rotation.acceptedLate
  const { awaitChange, close: answerPolls } = createChangeWaits()
  const awaitView: KioskApiParts['awaitView'] = async (id, screen, seen, ms, gone) => {
    const watch = (tell: (now: WithHandOff) => void) => flow.watch(screen, tell)
    const isNewHere = (now: WithHandOff) => isNews(now, seen)
    const { signIn, handOff } = await awaitChange(id, watch, isNewHere, ms, gone)
    return signInView(signIn, clock(), handOff)
  }
  const awaitOfPhone: PhoneParts['awaitOfPhone'] = (id, phoneKey, seen, ms, gone) => {
    const isNewHere = (now: WithHandOff) => isNews(now, seen)
    const watch = (tell: (now: WithHandOff<SignIn>) => void) =>
      flow.watchOfPhone(id, phoneKey, tell)
    return awaitChange(`phone ${id}`, watch, isNewHere, ms, gone)
  }
  const sockets = createKioskSockets({
    flow,
    limits,
    clock,
    renewBefore,
    sentence: code => sentence(code, 'en'),
    onRefused: refusedTries.count,
    onError,
  })
  const api: FastifyPluginAsync = async api => {
    addCors(api, corsRules)
    const { listen } = sockets
    const kiosk = { config, flow, visits, services, staff, userCodes, kiosks, enrolments, clock }
    addKioskApi(api, { ...kiosk, awaitView, listen })
    if (!config.seedApi) return
    const demo = config.mode === 'demo'
    const { password } = methods
    const listenToSeed = seedSocket(limits)
    addSeedRoutes(api, { flow: seedFlow, accounts, password, demo, inserts, listen: listenToSeed })
  }
  const pages: FastifyPluginAsync = async pages => {
    addCompression(pages)
    if (config.mode === 'demo') {
      addDocsPage(pages, docsStyle)
      addTryPage(pages, config, assets)
    }
    addEnrolPage(pages, { config, kiosks, assets })
    const phone = { ...core, config, awaitOfPhone, recoveryTries, assets, randomBytes }
    addPhoneRoutes(pages, phone)
    addMeRoutes(pages, { ...core, config, assets: assets.me, pages: ownPages, randomBytes })
    if (demo) addDemo(pages, demo)
    await addPages(pages, config)
  }
  server.register(api)
  server.register(seedEdges.add, { prefix: '/api' })
  const site = { name: config.site, time_zone: config.timeZone, hours: config.openingHours }
  addOriginCheck(server, config)
  addClientApi(server, { clients, handOffs, kiosks: core.store.kiosks, knownSubject, site })
  server.register(pages)
  addJwks(server, core.signingKeys)
  addGateProof(server, { keyring: core.gateProof, publicUrl, clock })
  const openFiles = watchOpenFiles(logger)
  addHealth(server, readinessParts(core, openFiles, logger))

  const onRevoked = (kiosk: number) => {
    kiosks.forget(kiosk)
    sockets.drop(kiosk)
    flow.cancelAllOf(kiosk).catch(onError)
  }
  const onChanged = (kiosk: number) => {
    kiosks.forget(kiosk)
    sockets.tellPolicy(kiosk)
  }
  const records = core.store.kiosks
  let stopRevocations = () => {}
  let stopPolicies = () => {}

  return {
    server,
    store: core.store,
    listen: async () => {
      await core.run()
      stopRevocations = watchRevocations({ records, onRevoked, onError })
      stopPolicies = watchPolicies({ records, told: sockets.told, onChanged, onError })
      await server.listen({ host: config.host, port: config.port })
    },
    close: async () => {
      await server.close()
      stopRevocations()
      stopPolicies()
      openFiles.stop()
      await core.close()
    },
  }
}

function openToSeed({ mode, seedApi }: Pick<Config, 'mode' | 'seedApi'>): SeedRoute[] {
  if (!seedApi) return []
  return mode === 'demo' ? ['start', 'auth', 'insert'] : ['start', 'auth']
}

/** Whatever reception has to say as it closes, its gate closes too. */
function closing(reception: DemoReception, onError: (error: unknown) => void) {
  return () => within(patience, reception.close(), () => new Error('silent')).catch(onError)
}
