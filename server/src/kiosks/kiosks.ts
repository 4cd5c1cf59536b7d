import { createHash } from 'node:crypto'
import type { Localized } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Kiosk, KioskRecords } from '../store/store.ts'

export interface Kiosks {
  /** @throws Refusal `kiosk_not_enrolled` when unknown, `kiosk_revoked` when switched off. */
  usable(number: number): Promise<Kiosk>
  /** The kiosk that holds this credential. @throws like {@link Kiosks.usable}. */
  byCredential(credential: string): Promise<Kiosk>
  /** Adds a kiosk; the credential is shown once and kept only as a hash. */
  enrol(name: Localized): Promise<{ kiosk: Kiosk; credential: string }>
}

/** Who starts through the seed's API: everybody, and nobody may claim. */
export const seedKiosk: Kiosk = {
  number: 0,
  nameKo: '키오스크',
  nameEn: 'Kiosk',
  ticket: 'jwt',
  claimable: false,
  credentialHash: null,
  revokedAt: null,
  createdAt: 0,
}

/** In demo mode, whoever starts without being enrolled. */
export const openKiosk: Kiosk = { ...seedKiosk, number: 1, ticket: 'compact', claimable: true }

/** A revocation is known everywhere after this time at the latest. */
const freshFor = 5_000

export interface KiosksParts {
  records: KioskRecords
  builtIn: readonly Kiosk[]
  clock: Clock
  randomBytes(size: number): Uint8Array
}

export function createKiosks({ records, builtIn, clock, randomBytes }: KiosksParts): Kiosks {
  const cache = new Map<string, { kiosk: Kiosk | null; until: number }>()
  const cached = async (key: string, read: () => Promise<Kiosk | null>) => {
    const now = clock()
    const known = cache.get(key)
    if (known && now < known.until) return known.kiosk
    const kiosk = await read()
    // Guesses must not fill the memory: only kiosks that exist are remembered.
    if (kiosk) cache.set(key, { kiosk, until: now + freshFor })
    else cache.delete(key)
    return kiosk
  }

  return {
    async usable(number) {
      const known = builtIn.find(kiosk => kiosk.number === number)
      return requireUsable(known ?? (await cached(`${number}`, () => records.byNumber(number))))
    },

    async byCredential(credential) {
      const hash = credentialHash(credential)
      return requireUsable(await cached(hash, () => records.byCredentialHash(hash)))
    },

    async enrol({ ko, en }) {
      const credential = Buffer.from(randomBytes(32)).toString('base64url')
      const kiosk = await records.add({
        nameKo: ko,
        nameEn: en,
        ticket: 'compact',
        claimable: true,
        credentialHash: credentialHash(credential),
        revokedAt: null,
        createdAt: clock(),
      })
      return { kiosk, credential }
    },
  }
}

function credentialHash(credential: string): string {
  return createHash('sha256').update(credential).digest('base64url')
}

function requireUsable(kiosk: Kiosk | null): Kiosk {
  if (!kiosk) throw new Refusal('kiosk_not_enrolled')
  if (kiosk.revokedAt !== null) throw new Refusal('kiosk_revoked')
  return kiosk
}
