import type { KioskRecords } from '../store/kiosk.ts'

export interface RevocationsParts {
  records: Pick<KioskRecords, 'revoked'>
  /** Called once for each revoked kiosk, on every node. */
  onRevoked(kiosk: number): void
  onError(error: unknown): void
}

const every = 2_000

/**
 * Notices revocations within two seconds, whoever made them. Compares sets and no times, so no
 * clock can hide one; the list is short and the look is cheap.
 * @returns how to stop.
 */
export function watchRevocations({ records, onRevoked, onError }: RevocationsParts): () => void {
  const known = new Set<number>()
  const look = async () => {
    try {
      for (const kiosk of await records.revoked()) {
        if (known.has(kiosk)) continue
        known.add(kiosk)
        onRevoked(kiosk)
      }
    } catch (error) {
      onError(error)
    }
  }

  const timer = setInterval(look, every)
  timer.unref()
  return () => clearInterval(timer)
}
