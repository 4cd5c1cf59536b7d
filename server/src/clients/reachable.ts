import type { Client } from '../store/client.ts'

export const switchedOff = 'the webhooks of this client are switched off'

/** Whether anything is sent to it. */
export function isReachable(client: Client): client is Client & { endpoint: string } {
  const { endpoint, webhooksOffAt, removedAt } = client
  return endpoint !== null && webhooksOffAt === null && removedAt === null
}

/** In plain words, of a client that is not reachable. @param client null where there is none. */
export function whyUnreachable(client: Client | null): string {
  if (!client || client.removedAt !== null) return 'the client is gone'
  return client.endpoint === null ? 'the client has no endpoint' : switchedOff
}
