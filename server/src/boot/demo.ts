import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { type ClientSecrets, type Clients, createClients } from '../clients/clients.ts'
import { createClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'
import { makePrivate, makePrivateFolder, ownLikeItsFolder } from '../private-path.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { hostAndPort } from '../webhooks/address.ts'
import type { OwnClient } from '../webhooks/post.ts'
import { type ReadyVisitors, readyVisitors } from './demo-visitors.ts'
import { demoActor, demoClient, isMadeByDemo } from './made-by-demo.ts'
import { sealsOf } from './seals.ts'

/** What a demo has besides a gate, so that its story goes on after the sign-in. */
export interface Demo extends ReadyVisitors {
  /** Undefined where its client is somebody else's, who would not want it touched. */
  reception: DemoReception | undefined
}

/** `@qrgate/reception` in this very process. */
export interface DemoReception extends Awaited<ReturnType<typeof openReception>> {
  /** Serves whoever signs in at a kiosk that has no client of its own. */
  client: OwnClient
}

const base = '/reception'

/**
 * Makes what a demo needs, before its gate starts: people, and a client that this process serves. All
 * of their secrets are new at each start and kept in memory only.
 */
export async function prepareDemo(config: Config, logger: FastifyBaseLogger): Promise<Demo> {
  const clock = createClock()
  const store = await openStore(config.databaseUrl)
  try {
    const time = await store.time()
    if (time !== null) clock.follow(time)
    const sealed = sealsOf(config, 'webhook secret')
    const clients = createClients({ records: store.clients, sealed, clock, randomBytes })
    const people = await readyVisitors(store, config, clock)
    const gate = ownOrigin(config)
    const endpoint = new URL(`${base}/webhook`, gate)
    const secrets = await prepareClient(store, clients, endpoint.href).catch(unlessRefused)
    if (!secrets) return { ...people, reception: undefined }
    const reception = await openReception(config, logger, gate, secrets)
    const client = { id: demoClient, host: hostAndPort(endpoint) }
    return { ...people, reception: { ...reception, client } }
  } finally {
    await store.close()
  }
}

/** @returns undefined where somebody else has a client of this id, or had one. */
async function prepareClient(
  store: Store,
  clients: Clients,
  endpoint: string,
): Promise<ClientSecrets | undefined> {
  const name = { ko: '접수대', en: 'Reception desk' }
  const claims = ['masked_name', 'external_id'] as const
  const known = await store.clients.byId(demoClient)
  if (!known) {
    const made = await clients.add({ id: demoClient, name, claims, endpoint }, demoActor)
    await clients.set(demoClient, { staffCalls: true }, demoActor)
    return made
  }
  if (known.removedAt !== null) return undefined
  if (!(await isMadeByDemo(store, { kind: 'client', id: demoClient }))) return undefined
  const whole = { name, claims, endpoint, staffCalls: true, webhooksOn: true } as const
  await clients.set(demoClient, whole, demoActor)
  const all = { secrets: ['credential', 'webhook_secret'], now: true } as const
  const { credential = '', webhookSecret = '' } = await clients.rotate(demoClient, all, demoActor)
  return { credential, webhookSecret }
}

async function openReception(
  { dataDir, publicUrl }: Config,
  logger: FastifyBaseLogger,
  gate: string,
  { credential, webhookSecret }: ClientSecrets,
) {
  const folder = join(dataDir, 'reception')
  makePrivateFolder(folder)
  makePrivate(folder)
  ownLikeItsFolder(folder)
  // A gate that is no demo needs none of it.
  const { createReception } = await import('@qrgate/reception')
  const reception = await createReception({
    gate,
    credential,
    webhookSecrets: [webhookSecret],
    dataDir: folder,
    publicUrl,
    base,
    logger,
  })
  return {
    handle: reception.handle,
    start: () => reception.start(),
    close: () => reception.close(),
    /** What the demo page's address ends with, to be the desk: good once, for an hour. */
    async deskCode() {
      const link = new URL(await reception.deskLink(), publicUrl)
      return new URLSearchParams(link.hash.slice(1)).get('link') ?? ''
    },
  }
}

/** Where this process reaches itself. */
function ownOrigin({ host, port }: Config): string {
  const any: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }
  const name = any[host] ?? (host.includes(':') ? `[${host}]` : host)
  return new URL(`http://${name}:${port}`).origin
}

/** A public address is none where webhooks may go by http. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof Refusal) || error.status === 503) throw error
}
