import type { Client } from '../store/client.ts'

/** How long what was rotated away is good beside its successor, in milliseconds. */
export const overlap = 7 * 86_400_000

/**
 * A client with a new credential; the one before is good until then, the one before that no longer.
 * @param until null where the old one ends at once.
 */
export function withCredential(old: Client, hash: string, until: number | null): Client {
  return {
    ...old,
    credentialHash: hash,
    oldCredentialHash: until === null ? null : old.credentialHash,
    oldCredentialUntil: until,
  }
}

/** The same for a webhook secret. @param sealed the new one. */
export function withWebhookSecret(old: Client, sealed: string, until: number | null): Client {
  return {
    ...old,
    webhookSecret: sealed,
    oldWebhookSecret: until === null ? null : old.webhookSecret,
    oldWebhookUntil: until,
  }
}

/** A client that shows itself by nothing any more, and to whom nothing is signed. */
export function withoutSecrets(old: Client): Client {
  return {
    ...old,
    credentialHash: null,
    oldCredentialHash: null,
    oldCredentialUntil: null,
    webhookSecret: null,
    oldWebhookSecret: null,
    oldWebhookUntil: null,
  }
}
