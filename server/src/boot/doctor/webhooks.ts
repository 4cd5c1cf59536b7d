import type { Client } from '../../store/client.ts'
import {
  type Destination,
  destinationOf,
  type Lookup,
  systemLookup,
} from '../../webhooks/address.ts'
import { within } from '../../within.ts'
import { timeOf } from '../command.ts'
import type { Finding } from './finding.ts'

export type WebhookFinding = Omit<Finding, 'about'>

/** How long a resolver may take, in milliseconds; a webhook has as much for all of it. */
const patience = 5_000

type Webhooks = Pick<Client, 'id' | 'endpoint' | 'failingSince' | 'webhooksOffAt'>

/**
 * For each client with an endpoint, whether a webhook would be let out to it just now. Resolves its
 * name, and sends nothing.
 * @param allowed `host:port` of QRGATE_WEBHOOK_HOSTS.
 */
export async function webhookFindings(
  clients: readonly Webhooks[],
  allowed: readonly string[],
  lookup: Lookup = systemLookup,
): Promise<WebhookFinding[]> {
  const findings = clients.flatMap(({ id, endpoint }) => {
    return endpoint === null ? [] : [findingOf(id, endpoint, allowed, lookup)]
  })
  const failing = clients.filter(({ endpoint }) => endpoint !== null).flatMap(failureOf)
  return [...(await Promise.all(findings)), ...failing]
}

/** What the gate itself has found out when it sent something there. */
function failureOf({ id, failingSince, webhooksOffAt }: Webhooks): WebhookFinding[] {
  if (webhooksOffAt !== null) {
    const words = `those of ${id} are switched off since ${timeOf(webhooksOffAt)}, as nothing got through for three days`
    const mend = `mend the endpoint, then: qrgate client set ${id} --webhooks on`
    return [{ mark: 'fail', words: `${words}; ${mend}` }]
  }
  if (failingSince === null) return []
  const words = `nothing has got through to ${id} since ${timeOf(failingSince)}`
  return [{ mark: 'warn', words: `${words}; see: qrgate delivery list --client ${id}` }]
}

async function findingOf(
  id: string,
  endpoint: string,
  allowed: readonly string[],
  lookup: Lookup,
): Promise<WebhookFinding> {
  const silent = new Error(`no answer for ${patience} ms`)
  const unresolved = (error: Error): Destination => ({ kind: 'unresolved', detail: error.message })
  const judged = destinationOf(new URL(endpoint), allowed, lookup)
  const destination = await within(patience, judged, () => silent).catch(unresolved)
  if (destination.kind === 'allowed') return { mark: 'ok', words: `${id} ok` }
  const { detail } = destination
  if (destination.kind === 'address_refused') {
    return { mark: 'fail', words: `${id} would be refused: ${detail}` }
  }
  // A resolver may be away for a moment; then they are tried again.
  const words = `the name of its endpoint cannot be resolved (${detail})`
  return { mark: 'warn', words: `${id} would not be sent: ${words}` }
}
