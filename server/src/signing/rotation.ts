import type { Clock } from '../clock.ts'
import type { Actor } from '../protocol/log-event.ts'
import type { SealedTexts } from '../protocol/sealed-text.ts'
import type { SigningKey, SigningKeyRecords } from '../store/signing-key.ts'
import { publishedKeys, withKey } from './key-set.ts'
import { newSigningKey, signingKeyAdded } from './new-key.ts'

export interface RotationParts {
  records: SigningKeyRecords
  /** Of the purpose `signing key`. */
  sealed: SealedTexts
  clock: Clock
  by: Actor
}

/**
 * Adds a key that is published at once, and signs after the given time; the one before stays published
 * until its last token is over.
 * @param notice in milliseconds: readers must fetch the key before it signs.
 */
export async function rotateKeys(parts: RotationParts, notice: number): Promise<SigningKey> {
  const { records, sealed, clock, by } = parts
  const now = clock()
  const added = await newSigningKey(sealed, now, now + notice)
  await records.update(old => {
    if (has(old, added)) return { next: old, events: [] }
    return { next: withKey(old, added), events: [signingKeyAdded(added, by)] }
  })
  return added
}

/**
 * Adds a key that signs at once, in the place of all others: what they have signed is good no more, and
 * whoever has stolen one of them can sign nothing that is believed.
 */
export async function replaceKeys(parts: RotationParts): Promise<SigningKey> {
  const { records, sealed, clock, by } = parts
  const added = await newSigningKey(sealed, clock())
  await records.update(old => {
    if (has(old, added)) return { next: old, events: [] }
    const removed = publishedKeys(old, added.createdAt).map(({ id }) => id)
    return { next: [added], events: [signingKeyAdded(added, by, removed)] }
  })
  return added
}

/** A broken connection may hide that an earlier try succeeded. */
function has(keys: readonly SigningKey[], { id }: SigningKey): boolean {
  return keys.some(key => key.id === id)
}
