import {
  type ClientView,
  type HandOffAnswer,
  type HandOffResults,
  paths,
  type Refused,
  type Services,
  type SiteView,
} from '@qrgate/sdk/protocol'
import type { FastifyRequest } from 'fastify'
import type { Clients } from '../../clients/clients.ts'
import { Refusal } from '../../errors.ts'
import type { HandOffs } from '../../handoff/hand-offs.ts'
import type { Actor } from '../../protocol/log-event.ts'
import { handOffChange } from '../../protocol/queue-ticket.ts'
import { servicesSchema } from '../../protocol/service.ts'
import type { KnownSubject } from '../../signin/known-subject.ts'
import type { Client } from '../../store/client.ts'
import type { KioskRecords } from '../../store/kiosk.ts'
import { claims } from '../kiosk/schemas.ts'
import { bearer } from '../server/bearer.ts'
import { sentence } from '../server/sentences.ts'
import type { HttpServer } from '../server/server.ts'
import {
  clientView,
  handOffAnswer,
  handOffChanges,
  handOffPath,
  handOffResults,
  subjectPath,
} from './schemas.ts'

export interface ClientApiParts {
  clients: Pick<Clients, 'byCredential' | 'setServices'>
  handOffs: Pick<HandOffs, 'change'>
  kiosks: Pick<KioskRecords, 'ofClient'>
  knownSubject: KnownSubject
  site: SiteView
}

/** Whole lists come from clients: all of their services, a queue that moves on. In bytes. */
const longestList = 262_144

const tags = ['client']
const security = [{ client_credential: [] }]
const ofClient = ['client_unknown', 'storage_busy'] as const

/** v1 for clients, which are programs: no cookie speaks for them, and no page of another origin. */
export function addClientApi(server: HttpServer, parts: ClientApiParts): void {
  /** Who asks is the client that shows this credential; nothing else is any. */
  const proven = async (request: FastifyRequest): Promise<Client> => {
    const credential = bearer(request)
    if (credential === undefined) throw new Refusal('client_unknown')
    return parts.clients.byCredential(credential)
  }

  server.get(
    paths.client,
    {
      schema: {
        tags,
        security,
        operationId: 'getClient',
        refusals: ofClient,
        summary:
          'What the gate knows of this client: its name, what it may be told, its kiosks, and the place',
        response: { 200: clientView },
      },
    },
    async (request): Promise<ClientView> => {
      const client = await proven(request)
      const kiosks = await parts.kiosks.ofClient(client.id)
      return {
        id: client.id,
        name: client.name,
        claims: [...client.claims],
        ...(client.endpoint !== null && { endpoint: client.endpoint }),
        kiosks: kiosks.map(({ number, name }) => ({ number, name })),
        services: [...client.services],
        site: parts.site,
      }
    },
  )

  server.get(
    paths.clientSubject(':sub'),
    {
      schema: {
        tags,
        security,
        operationId: 'getSubject',
        refusals: [...ofClient, 'not_found', 'account_unusable'],
        summary: 'What this client may know now of somebody of whom it was told',
        params: subjectPath,
        response: { 200: claims },
      },
    },
    async request => parts.knownSubject(await proven(request), request.params.sub),
  )

  server.put(
    paths.clientServices,
    {
      bodyLimit: longestList,
      schema: {
        tags,
        security,
        operationId: 'setServices',
        refusals: [...ofClient, 'service_invalid'],
        summary: 'What visitors may ask for at the kiosks of this client, in this order',
        body: servicesSchema,
        response: { 200: servicesSchema },
      },
    },
    async (request): Promise<Services> => {
      const { id } = await proven(request)
      const by: Actor = { kind: 'client', id }
      const client = await parts.clients.setServices(id, request.body.services, by)
      return { services: [...client.services] }
    },
  )

  server.patch(
    paths.handOff(':id'),
    {
      schema: {
        tags,
        security,
        operationId: 'changeHandOff',
        refusals: [...ofClient, 'hand_off_unknown', 'hand_off_over'],
        summary: 'What is another now with a hand-off: its number, its place, how it stands',
        params: handOffPath,
        body: handOffChange,
        response: {
          200: handOffAnswer,
        },
      },
    },
    async (request): Promise<HandOffAnswer> => {
      const client = await proven(request)
      return parts.handOffs.change(client, request.params.id, request.body)
    },
  )

  server.patch(
    paths.handOffs,
    {
      bodyLimit: longestList,
      schema: {
        tags,
        security,
        operationId: 'changeHandOffs',
        refusals: ofClient,
        summary: 'The same for up to 100 at once, each on its own; one result each, in this order',
        body: handOffChanges,
        response: { 200: handOffResults },
      },
    },
    async (request): Promise<HandOffResults> => {
      const client = await proven(request)
      const results: HandOffResults['results'] = []
      for (const { id, ...change } of request.body.hand_offs) {
        results.push(await parts.handOffs.change(client, id, change).catch(refusedFor(id)))
      }
      return { results }
    },
  )
}

/** What is wrong with one of many; a database that is away is wrong with all of them. */
function refusedFor(id: string): (error: unknown) => { id: string } & Refused {
  return error => {
    if (!(error instanceof Refusal) || error.status === 503) throw error
    return { id, code: error.code, message: sentence(error.code, 'en') }
  }
}
