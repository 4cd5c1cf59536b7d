import type { Actor, LogEvent } from '../protocol/log-event.ts'
import type { SealedTexts } from '../protocol/sealed-text.ts'
import type { SigningKey } from '../store/signing-key.ts'
import { makeKeyPair } from './jwk.ts'

/** How a sealed private key names its row. */
export function sealedRow(id: string): string {
  return `signing key ${id}`
}

/** A key that no store knows yet. @param sealed of the purpose `signing key`. */
export async function newSigningKey(
  sealed: SealedTexts,
  createdAt: number,
  signsFrom = createdAt,
): Promise<SigningKey> {
  const { publicJwk, privateJwk } = await makeKeyPair()
  const id = publicJwk.kid
  return {
    id,
    publicKey: JSON.stringify(publicJwk),
    privateKey: sealed.seal(sealedRow(id), JSON.stringify(privateJwk)),
    signsFrom,
    acceptedUntil: null,
    createdAt,
  }
}

/** @param removed those that are published no more, though tokens of them might still be good. */
export function signingKeyAdded(
  { id, createdAt, signsFrom }: SigningKey,
  actor: Actor,
  removed: readonly string[] = [],
): LogEvent {
  return {
    event: 'signing_key.added',
    at: createdAt,
    actor,
    subject: { kind: 'signing_key', id },
    detail: { signs_from: signsFrom, ...(removed.length > 0 && { removed }) },
  }
}
