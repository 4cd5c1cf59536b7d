import { type ClientView, paths } from '@qrgate/sdk/protocol'
import type { FastifyRequest } from 'fastify'
import type { Clients } from '../../clients/clients.ts'
import { Refusal } from '../../errors.ts'
import type { KnownSubject } from '../../signin/known-subject.ts'
import type { Client } from '../../store/client.ts'
import type { KioskRecords } from '../../store/kiosk.ts'
import { claims } from '../kiosk/schemas.ts'
import { bearer } from '../server/bearer.ts'
import { refused } from '../server/schemas.ts'
import type { HttpServer } from '../server/server.ts'
import { clientView, subjectPath } from './schemas.ts'

export interface ClientApiParts {
  clients: Pick<Clients, 'byCredential'>
  kiosks: Pick<KioskRecords, 'ofClient'>
  knownSubject: KnownSubject
}

const tags = ['client']
const security = [{ client_credential: [] }]

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
        summary: 'What the gate knows of this client: its name, what it may be told, its kiosks',
        response: { 200: clientView, 401: refused, 503: refused },
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
      }
    },
  )

  server.get(
    paths.clientSubject(':sub'),
    {
      schema: {
        tags,
        security,
        summary: 'What this client may know now of somebody of whom it was told',
        params: subjectPath,
        response: { 200: claims, 401: refused, 403: refused, 404: refused, 503: refused },
      },
    },
    async request => parts.knownSubject(await proven(request), request.params.sub),
  )
}
