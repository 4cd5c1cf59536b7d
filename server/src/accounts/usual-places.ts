import type { Clock } from '../clock.ts'
import { networkOf } from '../limits/network.ts'
import type { Payer } from '../limits/payer.ts'
import type { Standing } from '../limits/try-limits.ts'
import { type Key, type Keyring, mac } from '../protocol/keyring.ts'
import type { Account } from '../store/account.ts'
import type { UsualPlaceRecords } from '../store/usual-place.ts'

/**
 * Where an account signs in: its networks and its phones, on every node. Kept as MACs together with the
 * account's key, so that nobody can read from them who was where, or who shares a phone: there are few
 * enough networks to try them all on a mere hash.
 */
export interface UsualPlaces {
  /** How well an account is known where somebody tries to be its owner. */
  standing(account: Account | null, payer: Payer): Promise<Standing>
  /** It has signed in there. Never fails: the next time will tell as well. */
  remember(account: Account, payer: Payer): Promise<void>
}

export interface UsualPlacesParts {
  records: UsualPlaceRecords
  keyring: Keyring
  clock: Clock
  onError(error: unknown): void
}

/** How long a place stays a usual one, in milliseconds. */
export const placeLife = 30 * 86_400_000
/** Places are told anew when they were last seen so long ago: not at every sign-in. */
const seenAnew = 86_400_000
const mostPlaces = 8

export function createUsualPlaces(parts: UsualPlacesParts): UsualPlaces {
  const { records, keyring, clock, onError } = parts
  const find = async (account: string, places: readonly string[], age: number) => {
    const now = clock()
    const found = await records.of(account, places)
    return new Set(found.filter(({ seenAt }) => seenAt > now - age).map(({ place }) => place))
  }

  return {
    async standing(account, payer) {
      // An unknown account costs the same look.
      const key = account?.key ?? ''
      const places = keyring.accepted.map(secret => placesOf(secret, key, payer))
      const usual = await find(key, places.flat(), placeLife)
      if (places.some(([, phone]) => phone !== undefined && usual.has(phone))) return 'usual phone'
      return places.some(([network = '']) => usual.has(network)) ? 'usual network' : 'stranger'
    },

    async remember({ key: account }, payer) {
      try {
        const places = placesOf(keyring.current, account, payer)
        const fresh = await find(account, places, seenAnew)
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

/** A payer's network, and behind it the phone where there is one. */
function placesOf(key: Key, account: string, { phone, address }: Payer): string[] {
  const name = (kind: 'network' | 'phone', of: string) =>
    mac(key, account, kind, of).toString('base64url')
  const network = name('network', networkOf(address))
  return phone === undefined ? [network] : [network, name('phone', phone)]
}
