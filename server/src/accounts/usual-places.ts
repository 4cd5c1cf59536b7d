import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { networkOf } from '../limits/network.ts'
import type { Payer } from '../limits/payer.ts'
import type { Standing } from '../limits/try-limits.ts'
import type { Account } from '../store/account.ts'
import type { UsualPlaceRecords } from '../store/usual-place.ts'

/**
 * Where an account signs in: its networks and its phones, on every node. Kept as hashes with the
 * account's key, so that nobody can read from them who was where, or who shares a phone.
 */
export interface UsualPlaces {
  /** How well an account is known where somebody tries to be its owner. */
  standing(account: Account | null, payer: Payer): Promise<Standing>
  /** It has signed in there. Never fails: the next time will tell as well. */
  remember(account: Account, payer: Payer): Promise<void>
}

export interface UsualPlacesParts {
  records: UsualPlaceRecords
  clock: Clock
  onError(error: unknown): void
}

/** How long a place stays a usual one, in milliseconds. */
export const placeLife = 30 * 86_400_000
/** Places are told anew when they were last seen so long ago: not at every sign-in. */
const seenAnew = 86_400_000
const mostPlaces = 8

export function createUsualPlaces({ records, clock, onError }: UsualPlacesParts): UsualPlaces {
  const known = async (key: string, { phone, address }: Payer) => {
    const network = placeOf(key, 'network', networkOf(address))
    const ofPhone = phone === undefined ? undefined : placeOf(key, 'phone', phone)
    const places = [network, ...(ofPhone ? [ofPhone] : [])]
    const now = clock()
    const found = await records.of(key, places)
    const since = (age: number) =>
      new Set(found.filter(({ seenAt }) => seenAt > now - age).map(({ place }) => place))
    return { network, ofPhone, places, usual: since(placeLife), fresh: since(seenAnew) }
  }

  return {
    async standing(account, payer) {
      // An unknown account costs the same look.
      const { network, ofPhone, usual } = await known(account?.key ?? '', payer)
      if (ofPhone && usual.has(ofPhone)) return 'usual phone'
      return usual.has(network) ? 'usual network' : 'stranger'
    },

    async remember({ key: account }, payer) {
      try {
        const { places, fresh } = await known(account, payer)
        const seenAt = clock()
        if (places.every(place => fresh.has(place))) return
        // All of them: a phone on the move must not be the place that was not seen for longest.
        await records.remember(
          places.map(place => ({ account, place, seenAt })),
          mostPlaces,
        )
      } catch (error) {
        onError(error)
      }
    },
  }
}

function placeOf(account: string, kind: 'network' | 'phone', name: string): string {
  return createHash('sha256').update(`${account} ${kind} ${name}`).digest('base64url')
}
