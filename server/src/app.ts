import { randomBytes } from 'node:crypto'
import websocket from '@fastify/websocket'
import type { FastifyBaseLogger } from 'fastify'
import { createAccounts } from './accounts/accounts.ts'
import { createPasswordHasher } from './accounts/password.ts'
import { localBus } from './bus/local.ts'
import { type Clock, createClock } from './clock.ts'
import { type Config, ConfigError } from './config.ts'
import { addCors } from './http/cors.ts'
import { addHealth } from './http/health.ts'
import { addKioskApi } from './http/kiosk-api.ts'
import { addOpenApi } from './http/openapi.ts'
import { addPages } from './http/pages.ts'
import { readPhoneAssets } from './http/phone-assets.ts'
import { addPhoneRoutes } from './http/phone-routes.ts'
import { addSecurityHeaders } from './http/security-headers.ts'
import { addSeedRoutes } from './http/seed.ts'
import { createHttpServer } from './http/server.ts'
import { createKiosks, openKiosk, seedKiosk } from './kiosks/kiosks.ts'
import { createDelivery } from './signin/delivery.ts'
import { createFlow } from './signin/flow.ts'
import { jwtTickets } from './signin/jwt-ticket.ts'
import { deriveKeyring } from './signin/keyring.ts'
import { kioskSecrets } from './signin/kiosk-secret.ts'
import { startReaper } from './signin/reaper.ts'
import { receipts } from './signin/receipt.ts'
import { compactTickets } from './signin/ticket.ts'
import { openSqliteStore } from './store/sqlite.ts'
import type { Store } from './store/store.ts'
import { kioskSocket } from './ws/kiosk-socket.ts'
import { seedSocket } from './ws/seed-socket.ts'
import { createSocketLimits } from './ws/socket-limits.ts'

export interface App {
  server: ReturnType<typeof createHttpServer>
  store: Store
  /** Starts to answer at the configured host and port. */
  listen(): Promise<void>
  /** Lets what is in flight finish, tells kiosks to come back, and lets go of everything. */
  close(): Promise<void>
}

/** Puts a gate together: the only place that knows every module. */
export async function createApp(
  config: Config,
  logger: FastifyBaseLogger,
  clock: Clock = createClock(),
): Promise<App> {
  const { publicUrl, timings, rotation } = config
  const demo = config.mode === 'demo'
  const onError = (error: unknown) => logger.error({ err: error }, 'a background task failed')

  const store = await openStore(config.databaseUrl)
  const bus = localBus()
  const passwords = await createPasswordHasher(config.hashQueue)
  const accounts = createAccounts({ records: store.accounts, passwords, clock, randomBytes })
  const builtIn = demo ? [seedKiosk, openKiosk] : []
  const kiosks = createKiosks({ records: store.kiosks, builtIn, clock, randomBytes })

  const [secretKey, ...older] = config.secretKeys
  if (secretKey === undefined) throw new ConfigError('SECRET_KEY is missing.')
  const keyring = (purpose: string) => deriveKeyring([secretKey, ...older], purpose)
  const flow = createFlow({
    signIns: store.signIns,
    bus,
    clock,
    accounts,
    kiosks,
    tickets: {
      compact: compactTickets(keyring('ticket'), publicUrl),
      jwt: jwtTickets(keyring('jwt ticket'), publicUrl, timings.pending / 1000),
    },
    kioskSecrets: kioskSecrets(keyring('kiosk secret'), publicUrl),
    receipts: receipts(keyring('receipt'), publicUrl),
    timings,
    rotation,
    registration: config.registration,
    ticketAddress: (ticket, kind) => {
      return kind === 'compact'
        ? `${publicUrl}/q/${ticket}`.toUpperCase()
        : `${publicUrl}/q/${ticket}`
    },
    randomBytes,
  })
  const delivery = createDelivery({ signIns: store.signIns, bus, clock, timings, onError })
  const stopReaper = startReaper({ signIns: store.signIns, bus, clock, timings, onError })

  const server = createHttpServer(logger)
  const limits = createSocketLimits(config.maxSockets)
  const assets = await readPhoneAssets()
  await addSecurityHeaders(server, config, assets)
  await addOpenApi(server, publicUrl)
  await server.register(websocket, {
    options: {
      maxPayload: 4096,
      maxFragments: 16,
      maxBufferedChunks: 64,
      perMessageDeflate: false,
      clientTracking: false,
    },
    // Sockets are told to come back later; there is nothing else to wait for.
    preClose: done => {
      limits.close()
      done()
    },
  })
  const renewBefore = rotation.acceptedLate
  const listen = kioskSocket({ flow, delivery, limits, clock, renewBefore, onError })
  server.register(async api => {
    await addCors(api, config.allowedOrigins)
    addKioskApi(api, { config, flow, kiosks, listen })
    if (demo) addSeedRoutes(api, { flow, accounts, listen: seedSocket(delivery, limits) })
  })
  addPhoneRoutes(server, { config, flow, assets, randomBytes })
  addHealth(server)
  await addPages(server, config)

  return {
    server,
    store,
    listen: async () => {
      await server.listen({ host: config.host, port: config.port })
    },
    close: async () => {
      await server.close()
      stopReaper()
      await bus.close()
      await store.close()
    },
  }
}

export function openStore(databaseUrl: string): Promise<Store> {
  const [scheme, path] = databaseUrl.split(/:(.*)/s)
  if (scheme === 'sqlite' && path) return openSqliteStore(path)
  throw new ConfigError(
    `DATABASE_URL must be like sqlite:data/qrgate.sqlite, not "${databaseUrl}".`,
  )
}
