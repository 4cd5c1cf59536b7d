import type { Localized, Service } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { ClaimName } from '../protocol/claims.ts'
import { hashedCredential, newCredential } from '../protocol/credential.ts'
import type { Actor, LogEvent, LogEventName } from '../protocol/log-event.ts'
import { renamed } from '../protocol/renamed.ts'
import type { SealedTexts } from '../protocol/sealed-text.ts'
import { serviceOf } from '../protocol/service.ts'
import { requireShownNames } from '../protocol/shown-name.ts'
import { fieldsThatDiffer, unchanged } from '../store/change.ts'
import type { Client, ClientRecords } from '../store/client.ts'
import { requireEndpoint } from './endpoint.ts'
import { overlap, withCredential, withoutSecrets, withWebhookSecret } from './rotated.ts'
import { createWebhookSecrets } from './webhook-secrets.ts'

export interface NewClient {
  id: string
  name: Localized
  claims: readonly ClaimName[]
  endpoint: string | null
}

export interface ClientChange {
  name?: Partial<Localized>
  claims?: readonly ClaimName[]
  endpoint?: string | null
  staffCalls?: boolean
  /** Its notifications are switched on again, from now on. */
  webhooksOn?: true
}

/** What is shown once and kept only as a hash, or sealed. */
export interface ClientSecrets {
  /** 32 random bytes, base64url; the client shows itself by it (RFC 6750). */
  credential: string
  /** `whsec_` and 32 random bytes, base64 (Standard Webhooks). */
  webhookSecret: string
}

export interface Rotation {
  secrets: readonly ('credential' | 'webhook_secret')[]
  /** The old ones end at once, as somebody else may know them. */
  now: boolean
}

/** Relying parties. Nothing of them is remembered: what is taken away counts at once, on all nodes. */
export interface Clients {
  /**
   * @throws Refusal naming what is wrong with it; `client_exists` also where one of this id was removed,
   * whose `sub`s it would get.
   */
  add(client: NewClient, by: Actor): Promise<{ client: Client } & ClientSecrets>
  /** @throws Refusal `client_unknown`, or naming what is wrong with it. */
  set(id: string, change: ClientChange, by: Actor): Promise<Client>
  /**
   * What visitors may ask it for.
   * @throws Refusal `client_unknown`, `service_invalid` where an id comes twice.
   */
  setServices(id: string, services: readonly Service[], by: Actor): Promise<Client>
  /**
   * Makes new secrets; the ones before are good for a week more, those before them no longer.
   * @throws Refusal `client_unknown`.
   */
  rotate(
    id: string,
    what: Rotation,
    by: Actor,
  ): Promise<{ client: Client } & Partial<ClientSecrets>>
  /** It is told nothing any more, and its id goes to nobody else. @throws Refusal `client_unknown`. */
  remove(id: string, by: Actor): Promise<void>
  /** The client that shows this credential. @throws Refusal `client_unknown`. */
  byCredential(credential: string): Promise<Client>
  /** Null where there is none, or it was removed. */
  byId(id: string): Promise<Client | null>
  /** What its webhooks are signed with, the present one first; none where the keys are gone. */
  webhookSecrets(client: Client): string[]
  /** False where the key is gone that has sealed its webhook secret: nothing can be signed for it. */
  canSign(client: Client): boolean
  /**
   * Seals anew what an older key has sealed, so that it may go.
   * @returns the ids of those that cannot sign.
   */
  reseal(): Promise<string[]>
}

export interface ClientsParts {
  records: ClientRecords
  sealed: SealedTexts
  clock: Clock
  randomBytes(size: number): Uint8Array
}

/** What an operator changes of one. */
const changeable = ['name', 'claims', 'endpoint', 'staffCalls', 'webhooksOffAt'] as const
const idPattern = /^[a-z0-9][a-z0-9-]{0,62}$/

export function createClients({ records, sealed, clock, randomBytes }: ClientsParts): Clients {
  const webhooks = createWebhookSecrets(sealed, randomBytes)
  const canSign = ({ id, webhookSecret }: Client) => webhooks.canOpen(id, webhookSecret)

  return {
    async add({ id, name, claims, endpoint }, by) {
      if (!idPattern.test(id)) throw new Refusal('client_id_invalid')
      const [credential, webhookSecret] = [newCredential(randomBytes), webhooks.make()]
      const client: Client = {
        id,
        name: requireShownNames(name),
        claims,
        endpoint: endpoint === null ? null : requireEndpoint(endpoint),
        credentialHash: hashedCredential(credential),
        oldCredentialHash: null,
        oldCredentialUntil: null,
        webhookSecret: webhooks.seal(id, webhookSecret),
        oldWebhookSecret: null,
        oldWebhookUntil: null,
        services: [],
        staffCalls: false,
        failingSince: null,
        webhooksOffAt: null,
        createdAt: clock(),
        removedAt: null,
      }
      const event = clientEvent(id, 'client.added', client.createdAt, by, { claims })
      const { next } = await records.update(id, old => {
        if (!old) return { next: client, events: [event] }
        // A broken connection may hide that an earlier try succeeded; the credential is random.
        if (old.credentialHash !== client.credentialHash) throw new Refusal('client_exists')
        return unchanged(old)
      })
      return { client: next, credential, webhookSecret }
    },

    async set(id, change, by) {
      const at = clock()
      const { next } = await records.update(id, row => {
        const old = requireClient(row)
        const next = changed(old, change)
        const fields = fieldsThatDiffer(old, next, changeable)
        if (fields.length === 0) return unchanged(old)
        const detail = { fields, ...(fields.includes('claims') && { claims: next.claims }) }
        return { next, events: [clientEvent(id, 'client.changed', at, by, detail)] }
      })
      return next
    },

    async setServices(id, services, by) {
      const at = clock()
      if (new Set(services.map(({ id }) => id)).size < services.length) {
        throw new Refusal('service_invalid')
      }
      const { next } = await records.update(id, row => {
        const old = requireClient(row)
        const next = { ...old, services: services.map(serviceOf) }
        if (fieldsThatDiffer(old, next, ['services']).length === 0) return unchanged(old)
        const detail = { fields: ['services'] }
        return { next, events: [clientEvent(id, 'client.changed', at, by, detail)] }
      })
      return next
    },

    async rotate(id, { secrets, now }, by) {
      const at = clock()
      const until = now ? null : at + overlap
      const credential = secrets.includes('credential') ? newCredential(randomBytes) : undefined
      const webhookSecret = secrets.includes('webhook_secret') ? webhooks.make() : undefined
      const sealedSecret = webhookSecret && webhooks.seal(id, webhookSecret)
      const detail = { fields: secrets, until: until ?? at }
      const event = clientEvent(id, 'client.rotated', at, by, detail)
      const { next } = await records.update(id, row => {
        const old = requireClient(row)
        let next = old
        if (credential) next = withCredential(next, hashedCredential(credential), until)
        if (sealedSecret) {
          // What cannot be opened any more is of no use beside its successor.
          const kept = webhooks.canOpen(id, old.webhookSecret) ? until : null
          next = withWebhookSecret(next, sealedSecret, kept)
        }
        // A broken connection may hide that an earlier try succeeded; the secrets are random.
        const same =
          next.credentialHash === old.credentialHash && next.webhookSecret === old.webhookSecret
        return same ? unchanged(old) : { next, events: [event] }
      })
      return {
        client: next,
        ...(credential && { credential }),
        ...(webhookSecret && { webhookSecret }),
      }
    },

    async remove(id, by) {
      const at = clock()
      await records.update(id, row => {
        // A broken connection may hide that an earlier try succeeded.
        if (row?.removedAt === at) return unchanged(row)
        const next: Client = { ...withoutSecrets(requireClient(row)), removedAt: at }
        return { next, events: [clientEvent(id, 'client.removed', at, by)] }
      })
    },

    async byCredential(credential) {
      const hash = hashedCredential(credential)
      const client = requireClient(await records.byCredentialHash(hash))
      const isOver = clock() >= (client.oldCredentialUntil ?? 0)
      if (client.credentialHash !== hash && isOver) throw new Refusal('client_unknown')
      return client
    },

    async byId(id) {
      const client = await records.byId(id)
      return client?.removedAt === null ? client : null
    },

    canSign,

    webhookSecrets({ id, webhookSecret, oldWebhookSecret, oldWebhookUntil }) {
      const older = clock() < (oldWebhookUntil ?? 0) ? oldWebhookSecret : null
      return [webhookSecret, older].flatMap(secret => webhooks.open(id, secret) ?? [])
    },

    async reseal() {
      const present = (await records.all()).filter(({ removedAt }) => removedAt === null)
      for (const client of present) {
        if (isSame(client, webhooks.resealed(client))) continue
        await records.update(client.id, row => {
          const old = row ?? client
          return { next: { ...old, ...webhooks.resealed(old) }, events: [], quiet: true }
        })
      }
      return present.filter(client => !canSign(client)).map(({ id }) => id)
    },
  }
}

function changed(old: Client, change: ClientChange): Client {
  const { name, claims, endpoint, staffCalls, webhooksOn } = change
  const next = { ...old }
  if (name) next.name = requireShownNames(renamed(old.name, name))
  if (claims) next.claims = claims
  if (staffCalls !== undefined) next.staffCalls = staffCalls
  if (endpoint !== undefined) next.endpoint = endpoint === null ? null : requireEndpoint(endpoint)
  if (webhooksOn) next.webhooksOffAt = null
  // What has failed so far says nothing of another endpoint, nor of one that was mended.
  if (webhooksOn || next.endpoint !== old.endpoint) next.failingSince = null
  return next
}

function isSame(client: Client, change: Partial<Client>): boolean {
  return Object.entries(change).every(([field, value]) => client[field as keyof Client] === value)
}

function clientEvent(
  id: string,
  event: LogEventName,
  at: number,
  actor: Actor,
  detail?: LogEvent['detail'],
): LogEvent {
  return { event, at, actor, subject: { kind: 'client', id }, ...(detail && { detail }) }
}

function requireClient(client: Client | null): Client {
  if (client?.removedAt !== null) throw new Refusal('client_unknown')
  return client
}
