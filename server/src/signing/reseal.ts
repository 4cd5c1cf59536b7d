import type { SealedTexts } from '../protocol/sealed-text.ts'
import type { SigningKey, SigningKeyRecords } from '../store/signing-key.ts'
import { publishedKeys } from './key-set.ts'
import { sealedRow } from './new-key.ts'

/**
 * Seals every private key anew that is not under the current `SECRET_KEY`, so that an older one is not
 * needed any longer; keys whose last token is over go. To be called at start.
 * @param sealed of the purpose `signing key`.
 * @returns the ids of {@link lostKeys}, which stay as they are.
 */
export async function resealSigningKeys(
  records: SigningKeyRecords,
  sealed: SealedTexts,
  now: number,
): Promise<string[]> {
  const { next } = await records.update(old => {
    const next = publishedKeys(old, now).map(key => {
      const privateKey = sealed.renew(sealedRow(key.id), key.privateKey)
      return privateKey === null ? key : { ...key, privateKey }
    })
    const changed =
      next.length < old.length ||
      next.some(({ id, privateKey }) => {
        return old.some(key => key.id === id && key.privateKey !== privateKey)
      })
    return { next, events: [], quiet: changed }
  })
  return lostKeys(next, sealed, now)
}

/** Ids of published keys that cannot sign: the `SECRET_KEY` that they are sealed under is gone. */
export function lostKeys(keys: readonly SigningKey[], sealed: SealedTexts, now: number): string[] {
  return publishedKeys(keys, now)
    .filter(({ id, privateKey }) => sealed.open(sealedRow(id), privateKey) === null)
    .map(({ id }) => id)
}
