import type { KioskRecords } from '../store/kiosk.ts'

export interface PoliciesParts {
  records: Pick<KioskRecords, 'policyVersions'>
  /** The kiosks whose own pages are at this node, each with the version that a page was told. */
  told(): Iterable<readonly [kiosk: number, version: number]>
  /** Called until all pages of this kiosk were told its present version. */
  onChanged(kiosk: number): void
  onError(error: unknown): void
}

const every = 2_000

/**
 * Notices within two seconds that kiosks have another policy, whoever set it. Compares what was told
 * with what is so: whatever was lost on the way is told at the next look. While nobody is there,
 * nothing is asked.
 * @returns how to stop.
 */
export function watchPolicies({ records, told, onChanged, onError }: PoliciesParts): () => void {
  const look = async () => {
    try {
      if ([...told()].length === 0) return
      const versions = await records.policyVersions()
      const behind = [...told()].filter(
        ([kiosk, version]) => version !== (versions.get(kiosk) ?? 0),
      )
      for (const kiosk of new Set(behind.map(([kiosk]) => kiosk))) onChanged(kiosk)
    } catch (error) {
      onError(error)
    }
  }

  const timer = setInterval(look, every)
  timer.unref()
  return () => clearInterval(timer)
}
