import { randomBytes } from 'node:crypto'
import {
  type ClientSecrets,
  type Clients,
  createClients,
  type Rotation,
} from '../clients/clients.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'
import { OperatorError } from '../operator-error.ts'
import { type ClaimName, claimNames, knownClaims } from '../protocol/claims.ts'
import type { Client } from '../store/client.ts'
import type { Store } from '../store/store.ts'
import { destinationOf } from '../webhooks/address.ts'
import { isoTime, operator, say, sayJson, timeOf, withStore } from './command.ts'
import { requireOurSecretKey, sealsOf } from './seals.ts'

interface Json {
  json?: boolean
}

interface Given {
  nameEn?: string
  claims?: string
  endpoint?: string
}

interface GivenToSet extends Given {
  name?: string
  staffCalls?: string
  webhooks?: string
}

/** `qrgate client add` */
export async function addClient(id: string, name: string, given: Given): Promise<void> {
  const claims = claimsOf(given.claims ?? 'none')
  await withSealingClients(async (clients, config) => {
    const names = { ko: name, en: given.nameEn ?? name }
    const endpoint = given.endpoint ?? null
    const added = await clients.add({ id, name: names, claims, endpoint }, operator())
    say(`Client ${id} added.`)
    await sayIfRefused(added.client, config)
    sayOnce(added)
  })
}

/** `qrgate client list` */
export async function listClients({ json = false }: Json): Promise<void> {
  await withStore(async store => {
    const all = await store.clients.all()
    if (json) return sayJson(all.map(clientJson))
    const longest = Math.max(0, ...all.map(({ id }) => id.length))
    for (const { id, name, claims, removedAt } of all) {
      const told = removedAt === null ? ['sub', ...claims].join(',') : 'removed'
      say(`${id.padEnd(longest)}  ${told}  ${name.ko}`)
    }
  }, 'look')
}

/** `qrgate client show` */
export async function showClient(id: string, { json = false }: Json): Promise<void> {
  await withClients(async (clients, store, clock) => {
    const beside = (until: number | null) =>
      until !== null && until > clock() ? `two; the older one until ${timeOf(until)}` : 'one'
    const client = await present(store, id)
    const kiosks = await store.kiosks.ofClient(id)
    if (json) {
      const numbers = kiosks.map(({ number }) => number)
      return sayJson({
        ...clientJson(client),
        kiosks: numbers,
        services: client.services,
        // The older one of each, while it is good beside the newer.
        old_credential_until: isoTime(laterThan(clock(), client.oldCredentialUntil)),
        old_webhook_secret_until: isoTime(laterThan(clock(), client.oldWebhookUntil)),
        webhook_secret_usable: clients.canSign(client),
      })
    }
    const rows = {
      name: `${client.name.ko} (${client.name.en})`,
      claims: ['sub', ...client.claims].join(', '),
      endpoint: client.endpoint ?? 'none',
      kiosks: kiosks.map(({ number, name }) => `${number} ${name.ko}`).join(', ') || 'none',
      services: client.services.map(({ id }) => id).join(', ') || 'none',
      'staff calls': client.staffCalls ? 'on' : 'off',
      webhooks: webhooksOf(client),
      credential: beside(client.oldCredentialUntil),
      secret: clients.canSign(client)
        ? beside(client.oldWebhookUntil)
        : `nothing can be signed: no SECRET_KEY that is set here opens the secret; bring that key back, or: qrgate client rotate ${id} --webhook`,
    }
    for (const [row, words] of Object.entries(rows)) say(`${row.padEnd(11)}  ${words}`)
  }, 'look')
}

/** What is told of a client to programs, without anything secret. */
function clientJson(client: Client): object {
  return {
    id: client.id,
    name: client.name,
    claims: client.claims,
    endpoint: client.endpoint,
    staff_calls: client.staffCalls,
    failing_since: isoTime(client.failingSince),
    webhooks_off_at: isoTime(client.webhooksOffAt),
    created_at: isoTime(client.createdAt),
    removed_at: isoTime(client.removedAt),
  }
}

function laterThan(now: number, at: number | null): number | null {
  return at !== null && at > now ? at : null
}

/** `qrgate client set` */
export async function setClient(id: string, given: GivenToSet): Promise<void> {
  const { name, nameEn, endpoint, staffCalls, webhooks } = given
  if (Object.keys(given).length === 0) {
    throw new OperatorError(
      'Say what to change: --name, --name-en, --claims, --endpoint, --staff-calls or --webhooks.',
    )
  }
  if (staffCalls !== undefined && staffCalls !== 'on' && staffCalls !== 'off') {
    throw new OperatorError('--staff-calls is on or off.')
  }
  if (webhooks !== undefined && webhooks !== 'on') {
    throw new OperatorError('--webhooks is on; to send nothing, take the endpoint: --endpoint none')
  }
  const change = {
    name: { ...(name !== undefined && { ko: name }), ...(nameEn !== undefined && { en: nameEn }) },
    ...(given.claims !== undefined && { claims: claimsOf(given.claims) }),
    ...(endpoint !== undefined && { endpoint: endpoint === 'none' ? null : endpoint }),
    ...(staffCalls !== undefined && { staffCalls: staffCalls === 'on' }),
    ...(webhooks !== undefined && { webhooksOn: true as const }),
  }
  await withClients(async (clients, store, clock, config) => {
    if (change.webhooksOn && (await present(store, id)).webhooksOffAt !== null) {
      // What had waited then is given up already, but for what a node was just about to note.
      await store.deliveries.giveUp(id, 'the webhooks of this client were switched off', clock())
    }
    const client = await clients.set(id, change, operator()).catch(unlessUnknown(id))
    say(`${id} is ${client.name.ko} (${client.name.en}).`)
    say(`It may be told ${['sub', ...client.claims].join(', ')}.`)
    if (endpoint !== undefined) await sayIfRefused(client, config)
    if (staffCalls !== undefined) say(`Calls for staff are ${staffCalls}.`)
    if (webhooks !== undefined) say(`Webhooks are ${webhooksOf(client)}.`)
  })
}

/** `qrgate client rotate` */
export async function rotateClient(
  id: string,
  given: { credential?: boolean; webhook?: boolean; now?: boolean },
): Promise<void> {
  const both = !given.credential && !given.webhook
  const secrets: Rotation['secrets'] = [
    ...(both || given.credential ? (['credential'] as const) : []),
    ...(both || given.webhook ? (['webhook_secret'] as const) : []),
  ]
  const now = given.now === true
  const withThem = secrets.includes('webhook_secret') ? withSealingClients : withClients
  await withThem(async clients => {
    const rotated = await clients.rotate(id, { secrets, now }, operator()).catch(unlessUnknown(id))
    const { oldCredentialUntil, oldWebhookUntil } = rotated.client
    const until = rotated.credential ? oldCredentialUntil : oldWebhookUntil
    const before = until === null ? 'have ended' : `are good until ${timeOf(until)}`
    say(`Client ${id} has new secrets; those before ${before}.`)
    sayOnce(rotated)
  })
}

/** `qrgate client remove` */
export async function removeClient(id: string): Promise<void> {
  await withClients(async (clients, store) => {
    const kiosks = await store.kiosks.ofClient(id)
    await clients.remove(id, operator()).catch(unlessUnknown(id))
    say(`Client ${id} is told nothing any more.`)
    if (kiosks.length === 0) return
    say(`Without a client from now on: kiosk ${kiosks.map(({ number }) => number).join(', ')}.`)
  })
}

/** A client that is there. @throws OperatorError */
export async function present({ clients }: Store, id: string): Promise<Client> {
  const client = await clients.byId(id)
  if (client?.removedAt !== null) throw unknown(id)
  return client
}

export async function withClients(
  work: (clients: Clients, store: Store, clock: Clock, config: Config) => Promise<void>,
  upgrade?: Parameters<typeof withStore>[1],
): Promise<void> {
  await withStore(async (store, config, clock) => {
    const sealed = sealsOf(config, 'webhook secret')
    const clients = createClients({ records: store.clients, sealed, clock, randomBytes })
    await work(clients, store, clock, config)
  }, upgrade)
}

/** The same where a secret will be sealed, which the gate must be able to open. */
async function withSealingClients(
  work: (clients: Clients, config: Config) => Promise<void>,
): Promise<void> {
  await withStore(async (store, config, clock) => {
    requireOurSecretKey(await store.signingKeys.all(), sealsOf(config, 'signing key'), clock())
    const sealed = sealsOf(config, 'webhook secret')
    await work(createClients({ records: store.clients, sealed, clock, randomBytes }), config)
  })
}

/**
 * Says why nothing would be sent to an endpoint, as far as that can be known without asking for its name:
 * doctor does that, and may have to wait for it.
 */
async function sayIfRefused({ endpoint }: Client, { webhookHosts }: Config): Promise<void> {
  if (endpoint === null) return
  const destination = await destinationOf(new URL(endpoint), webhookHosts, async () => [])
  if (destination.kind !== 'address_refused') return
  say(`Nothing is sent to its endpoint: ${destination.detail}.`)
}

/** Whether notifications are sent there, and whether they arrive. */
function webhooksOf({ endpoint, webhooksOffAt, failingSince, id }: Client): string {
  if (endpoint === null) return 'off: it has no endpoint'
  if (webhooksOffAt !== null) {
    return `off since ${timeOf(webhooksOffAt)}: nothing got through for three days; mend the endpoint, then: qrgate client set ${id} --webhooks on`
  }
  return failingSince === null ? 'on' : `on; nothing got through since ${timeOf(failingSince)}`
}

/** Claims as they are typed: by commas, or `none`. */
function claimsOf(text: string): ClaimName[] {
  if (text === 'none') return []
  // `sub` is told always; whoever copies what `list` shows says it too.
  const words = text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== 'sub')
  const wrong = words.find(word => !claimNames.some(claim => claim === word))
  if (wrong !== undefined) {
    throw new OperatorError(`"${wrong}" is no claim; there are ${claimNames.join(', ')}, or none.`)
  }
  return knownClaims(words)
}

function sayOnce({ credential, webhookSecret }: Partial<ClientSecrets>): void {
  if (credential) say(`Its credential, shown once:\n\n  Authorization: Bearer ${credential}\n`)
  if (webhookSecret) say(`Its webhook secret, shown once:\n\n  ${webhookSecret}\n`)
}

function unknown(id: string): OperatorError {
  return new OperatorError(`There is no client "${id}".`)
}

export function unlessUnknown(id: string): (error: unknown) => never {
  return error => {
    throw error instanceof Refusal && error.code === 'client_unknown' ? unknown(id) : error
  }
}
