import type { Clock } from '../clock.ts'
import { networkOf } from '../limits/network.ts'
import type { Payer } from '../limits/payer.ts'
import { type Key, type Keyring, mac } from '../protocol/keyring.ts'
import type { Standing } from '../protocol/try-rules.ts'
import type { Account } from '../store/account.ts'
import type { UsualPlaceRecords } from '../store/usual-place.ts'

/**
 * Where an account signs in: its networks and its phones, on every node. Kept as MACs together with the
 * account's key, so that nobody can read from them who was where, or who shares a phone: there are few
 * enough networks to try them all on a mere hash.
 */
export interface UsualPlaces {
  /** @param account null for an unknown one, which costs the same look. */
  look(account: Account | null, payer: Payer): Promise<FoundPlaces>
  /**
   * The payer's phone is none of the account's any more; its network, which others share, stays.
   * @param account its key.
   */
  forgetPhone(account: string, payer: Payer): Promise<void>
}

export interface FoundPlaces {
  /** How well the account is known where somebody tries to be its owner. */
  standing: Standing
  /** It has signed in there. Never fails: the next time will tell as well. */
  remember(): Promise<void>
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

  return {
    async look(account, payer) {
      const key = account?.key ?? ''
      const places = keyring.accepted.map(secret => placesOf(secret, key, payer))
      const found = await records.of(key, places.flat())
      const now = clock()
      const seenSince = (age: number) => {
        const recent = found.filter(({ seenAt }) => seenAt > now - age)
        return new Set(recent.map(({ place }) => place))
      }
      return {
        standing: standingAt(places, seenSince(placeLife)),
        async remember() {
          const own = placesOf(keyring.current, key, payer)
          const fresh = seenSince(seenAnew)
          if (own.every(place => fresh.has(place))) return
          // All of them: a phone on the move must not be the place that was not seen for longest.
          const seen = own.map(place => ({ account: key, place, seenAt: now }))
          await records.remember(seen, mostPlaces).catch(onError)
        },
      }
    },

    async forgetPhone(account, payer) {
      const places = keyring.accepted.map(secret => placesOf(secret, account, payer))
      const phones = places.flatMap(([, phone]) => phone ?? [])
      if (phones.length > 0) await records.forget(account, phones)
    },
  }
}

/** @param places network and phone under each key that is accepted. */
function standingAt(places: readonly string[][], usual: ReadonlySet<string>): Standing {
  if (places.some(([, phone]) => phone !== undefined && usual.has(phone))) return 'usual phone'
  return places.some(([network = '']) => usual.has(network)) ? 'usual network' : 'stranger'
}

/** A payer's network, and behind it the phone where there is one. */
function placesOf(key: Key, account: string, { phone, address }: Payer): string[] {
  const name = (kind: 'network' | 'phone', of: string) =>
    mac(key, account, kind, of).toString('base64url')
  const network = name('network', networkOf(address))
  return phone === undefined ? [network] : [network, name('phone', phone)]
}
