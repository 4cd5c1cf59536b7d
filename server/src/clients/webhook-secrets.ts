import type { SealedTexts } from '../protocol/sealed-text.ts'
import type { Client } from '../store/client.ts'

type Sealed = Pick<Client, 'id' | 'webhookSecret' | 'oldWebhookSecret'>

/** What webhooks are signed with, as rows keep it: it must be known to sign, so it is sealed. */
export function createWebhookSecrets(
  sealed: SealedTexts,
  randomBytes: (size: number) => Uint8Array,
) {
  const rowOf = (id: string) => `client ${id}`
  const open = (id: string, secret: string | null) => secret && sealed.open(rowOf(id), secret)
  const canOpen = (id: string, secret: string | null) => open(id, secret) !== null
  /** The same secret under the current key; what cannot be opened stays as it is. */
  const resealed = (id: string, secret: string | null) =>
    secret && (sealed.renew(rowOf(id), secret) ?? secret)

  return {
    /** A new one, as Standard Webhooks writes it. */
    make: () => `whsec_${Buffer.from(randomBytes(32)).toString('base64')}`,
    seal: (id: string, secret: string) => sealed.seal(rowOf(id), secret),
    open,
    canOpen,
    resealed: ({ id, webhookSecret, oldWebhookSecret }: Sealed) => ({
      webhookSecret: resealed(id, webhookSecret),
      oldWebhookSecret: resealed(id, oldWebhookSecret),
    }),
  }
}
