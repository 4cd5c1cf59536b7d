import type { Clock } from '../clock.ts'
import type { SealedTexts } from '../protocol/sealed-text.ts'
import type { SigningKeyRecords } from '../store/signing-key.ts'
import { resealSigningKeys } from './reseal.ts'
import type { SigningKeys } from './signing-keys.ts'

export interface StartParts {
  keys: Pick<SigningKeys, 'signer'>
  records: SigningKeyRecords
  /** Of the purpose `signing key`. */
  sealed: SealedTexts
  clock: Clock
  /** Told of keys that cannot sign any more, and what to do, for an operator to read. */
  onLost(ids: readonly string[], words: string): void
  onError(error: unknown): void
}

/** What an operator can do about keys whose `SECRET_KEY` is gone. */
export const lostKeyWords =
  'signing keys are sealed under a SECRET_KEY that is gone and sign no more; put it into ' +
  'SECRET_KEYS_ACCEPTED to have them back, or let a new key take their place'

/**
 * Brings the keys under the current `SECRET_KEY`, and makes the first one where there is none that can
 * be used. A database that cannot be written to now keeps no gate from starting: it is tried again when
 * a token is to be signed.
 */
export async function startSigningKeys(parts: StartParts): Promise<void> {
  const { keys, records, sealed, clock, onLost, onError } = parts
  try {
    const lost = await resealSigningKeys(records, sealed, clock())
    if (lost.length > 0) onLost(lost, lostKeyWords)
    await keys.signer()
  } catch (error) {
    onError(error)
  }
}
