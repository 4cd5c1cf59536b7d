import type { Localized } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Where } from '../limits/payer.ts'
import { OperatorError } from '../operator-error.ts'
import { hashedCredential, isCredential, newCredential } from '../protocol/credential.ts'
import type { Actor } from '../protocol/log-event.ts'
import { policyToText, policyVersion } from '../protocol/policy.ts'
import type { PolicyDocument } from '../protocol/policy-document.ts'
import { renamed } from '../protocol/renamed.ts'
import { requireShownNames } from '../protocol/shown-name.ts'
import { fieldsThatDiffer, unchanged } from '../store/change.ts'
import type { Kiosk, KioskRecords } from '../store/kiosk.ts'
import { endLink, isLinkDone, newLink, usedLinkHash, useLink } from './enrolment-link.ts'
import { kioskEvent } from './kiosk-event.ts'
import { requireKnown, requireUsable } from './known-kiosk.ts'

export interface KioskChange {
  name?: Partial<Localized>
  /** The id of one that is there. */
  client?: string | null
}

export interface Kiosks {
  /** @throws Refusal `kiosk_not_enrolled` when unknown, `kiosk_revoked` when switched off. */
  usable(number: number): Promise<Kiosk>
  /** The same, switched off or not. @throws Refusal `kiosk_not_enrolled`. */
  known(number: number): Promise<Kiosk>
  /**
   * The kiosk that holds this credential.
   * @param isCookie a browser holds it, perhaps in its memory only for now; see {@link Kiosks.accept}.
   * @throws like {@link Kiosks.usable}.
   */
  byCredential(credential: string, isCookie?: boolean): Promise<Kiosk>
  /**
   * Adds a kiosk; the credential is shown once and kept only as a hash.
   * @throws Refusal `name_invalid`, as everything that names a kiosk.
   */
  enrol(
    name: Localized,
    by: Actor,
    client?: string | null,
  ): Promise<{ kiosk: Kiosk; credential: string }>
  /** Adds a kiosk that enrols by a link; the link's secret is shown once and enrols one screen. */
  invite(
    name: Localized,
    by: Actor,
    client?: string | null,
  ): Promise<{ kiosk: Kiosk; link: string }>
  /**
   * A new link for a kiosk that is there, say as its screen has lost its browser's profile. A link before it
   * is good no more; the screen goes on as before until somebody uses the new one.
   * @throws like {@link Kiosks.usable}.
   */
  inviteAgain(number: number, by: Actor): Promise<{ kiosk: Kiosk; link: string }>
  /**
   * The kiosk that a link would enrol; changes nothing.
   * @param network where the screen is, as {@link Kiosks.accept} was told it.
   * @throws Refusal `link_unknown` where no link reads so, `kiosk_revoked`, `link_used`. Whoever has a
   * link may know all of that: it is 256 random bits.
   */
  invited(link: string, network?: string): Promise<Kiosk>
  /**
   * Enrols a screen. A browser writes a cookie to its disk half a minute late, and a screen whose power
   * goes before has lost it: so from the same network the link is good once more, for ten minutes, until
   * the credential that it gave has been used, by a page a minute later. The newest credential alone is good.
   * @param network where the screen is; without it, or from another one, the link works once.
   * @throws like {@link Kiosks.invited}.
   */
  accept(link: string, network?: string): Promise<{ kiosk: Kiosk; credential: string }>
  /**
   * Changes what an operator has said of a kiosk; every node knows within 5 s.
   * @throws like {@link Kiosks.usable}.
   */
  set(number: number, change: KioskChange, by: Actor): Promise<Kiosk>
  /** Switches a kiosk off for good. @throws like {@link Kiosks.usable}, to all but the first. */
  revoke(number: number, by: Actor): Promise<void>
  /**
   * Takes a kiosk that was switched off, or has never had a screen, from the list. Its number stays its own.
   * @throws Refusal `kiosk_not_enrolled` where there is none; OperatorError where it is in use.
   */
  remove(number: number, by: Actor): Promise<void>
  /**
   * Gives a kiosk another policy. @returns its version, and whether it was another one at all.
   * @throws like {@link Kiosks.usable}.
   */
  setPolicy(
    number: number,
    document: PolicyDocument,
    by: Actor,
  ): Promise<{ version: number; changed: boolean }>
  /** Drops what is remembered of a kiosk, as it has changed. */
  forget(number: number): void
}

/** Who starts through the seed's API: everybody, and nobody may claim. */
export const seedKiosk: Kiosk = {
  number: 0,
  name: { ko: '키오스크', en: 'Kiosk' },
  claimable: false,
  credentialHash: null,
  linkHash: null,
  linkExpiresAt: null,
  linkUsedAt: null,
  revokedAt: null,
  removedAt: null,
  client: null,
  policy: null,
  createdAt: 0,
}

/** In demo mode, whoever starts without being enrolled. */
export const openKiosk: Kiosk = { ...seedKiosk, number: 1, claimable: true }

/** What its limits are counted by. @param address where whoever speaks to the gate at this kiosk is. */
export function whereIs({ number, credentialHash }: Kiosk, address: string): Where {
  return { kiosk: number, enrolled: credentialHash !== null, address }
}

/** What a kiosk is found by. */
function namesOf({ number, credentialHash }: Kiosk): string[] {
  return [`${number}`, ...(credentialHash === null ? [] : [credentialHash])]
}

/** A revocation is known everywhere after this time at the latest, even if every hint is lost. */
const freshFor = 5_000

export interface KiosksParts {
  records: KioskRecords
  builtIn: readonly Kiosk[]
  /** The client of every kiosk that has none of its own and may claim; no row is told of it. */
  usualClient?: string | null
  clock: Clock
  randomBytes(size: number): Uint8Array
  /** For durations, which no correction of a clock may stretch. */
  monotonic?: () => number
}

export function createKiosks(parts: KiosksParts): Kiosks {
  const { records, builtIn, usualClient = null, clock, randomBytes } = parts
  const { monotonic = () => performance.now() } = parts
  const cache = new Map<string, { kiosk: Kiosk; until: number }>()
  let forgotten = 0
  const served = <Found extends Kiosk | null>(kiosk: Found): Found =>
    kiosk?.client === null && kiosk.claimable ? { ...kiosk, client: usualClient } : kiosk
  const cached = async (name: string, read: () => Promise<Kiosk | null>) => {
    const now = monotonic()
    const known = cache.get(name)
    if (known && now < known.until) return known.kiosk
    const before = forgotten
    const kiosk = served(await read())
    cache.delete(name)
    // Guesses must not fill the memory: only kiosks that exist are remembered. And what was read
    // before something was to be forgotten may be just that.
    if (kiosk && before === forgotten) {
      // By each of its names, so that what a page is told of it is also what binds its sign-ins.
      for (const each of namesOf(kiosk)) cache.set(each, { kiosk, until: now + freshFor })
    }
    return kiosk
  }

  const find = async (number: number) => {
    const known = builtIn.find(kiosk => kiosk.number === number)
    return served(known ?? null) ?? cached(`${number}`, () => records.byNumber(number))
  }

  const add = (way: 'link' | 'credential', given: Partial<Kiosk>, by: Actor) =>
    records.add(number => {
      const kiosk = { ...openKiosk, number, createdAt: clock(), ...given }
      const event = kioskEvent(kiosk, 'kiosk.added', kiosk.createdAt, by)
      const detail = { by: way, ...(kiosk.client !== null && { client: kiosk.client }) }
      return { next: kiosk, events: [{ ...event, detail }] }
    })
  const invited = async (link: string, network?: string) => {
    if (!isCredential(link)) throw new Refusal('link_unknown')
    const fresh = await records.byLinkHash(hashedCredential(link))
    const used = network === undefined ? undefined : usedLinkHash(link, network)
    const kiosk = fresh ?? (used === undefined ? null : await records.byLinkHash(used))
    // What a used link led to is not kept, so one of the right length may be mistyped as well.
    if (!kiosk) throw new Refusal('link_used')
    requireUsable(kiosk)
    if (clock() >= (kiosk.linkExpiresAt ?? 0)) throw new Refusal('link_used')
    return kiosk
  }

  const forget = (number: number) => {
    forgotten += 1
    for (const [name, { kiosk }] of cache) if (kiosk.number === number) cache.delete(name)
  }

  /** Ends a link whose credential has surely been kept. */
  const endUsedLink = async (kiosk: Kiosk) => {
    await records.update(kiosk.number, endLink(kiosk))
    forget(kiosk.number)
  }

  return {
    usable: async number => requireUsable(await find(number)),

    async known(number) {
      return requireKnown(await find(number))
    },

    async byCredential(credential, isCookie = false) {
      const hash = hashedCredential(credential)
      const kiosk = requireUsable(await cached(hash, () => records.byCredentialHash(hash)))
      // It ends by its time all the same, so a busy database keeps no kiosk from working.
      if (isLinkDone(kiosk, isCookie, clock())) await endUsedLink(kiosk).catch(() => {})
      return kiosk
    },

    async enrol(name, by, client = null) {
      const credential = newCredential(randomBytes)
      const credentialHash = hashedCredential(credential)
      const given = { name: requireShownNames(name), client, credentialHash }
      const kiosk = served(await add('credential', given, by))
      return { kiosk, credential }
    },

    async invite(name, by, client = null) {
      const { link, columns } = newLink(clock, randomBytes)
      const given = { name: requireShownNames(name), client, ...columns }
      return { kiosk: await add('link', given, by), link }
    },

    async inviteAgain(number, by) {
      const at = clock()
      const { link, columns } = newLink(clock, randomBytes)
      const { next } = await records.update(number, row => {
        const old = requireUsable(row)
        // A broken connection may hide that an earlier try succeeded; the link is random.
        if (old.linkHash === columns.linkHash) return unchanged(old)
        return { next: { ...old, ...columns }, events: [kioskEvent(old, 'kiosk.invited', at, by)] }
      })
      return { kiosk: next, link }
    },

    invited,

    async accept(link, network) {
      const { number, linkHash } = await invited(link, network)
      const credential = newCredential(randomBytes)
      const use = {
        linkHash,
        credentialHash: hashedCredential(credential),
        usedLinkHash: network === undefined ? null : usedLinkHash(link, network),
        at: clock(),
      }
      const { next } = await records.update(number, useLink(use))
      // What the link gave before is good no more.
      forget(number)
      return { kiosk: next, credential }
    },

    async set(number, { name, client }, by) {
      const at = clock()
      const { next } = await records.update(number, row => {
        const old = requireUsable(row)
        const next = {
          ...old,
          name: name ? requireShownNames(renamed(old.name, name)) : old.name,
          client: client === undefined ? old.client : client,
        }
        const fields = fieldsThatDiffer(old, next, ['name', 'client'])
        if (fields.length === 0) return unchanged(old)
        const event = kioskEvent(old, 'kiosk.changed', at, by)
        // Whoever was told something there for an hour must be found afterwards.
        const detail = { fields, ...(fields.includes('client') && { client: next.client ?? '' }) }
        return { next, events: [{ ...event, detail }] }
      })
      return next
    },

    async revoke(number, by) {
      const at = clock()
      await records.update(number, old => {
        // A broken connection may hide that an earlier try succeeded.
        if (old?.revokedAt === at) return unchanged(old)
        const kiosk = requireUsable(old)
        // Its link stays known, to say that it leads nowhere.
        const next = { ...kiosk, revokedAt: at }
        return { next, events: [kioskEvent(kiosk, 'kiosk.revoked', at, by)] }
      })
    },

    async remove(number, by) {
      const at = clock()
      await records.update(number, row => {
        const old = requireKnown(row)
        if (old.removedAt === at) return unchanged(old)
        if (old.removedAt !== null) throw new Refusal('kiosk_not_enrolled')
        if (old.revokedAt === null && old.credentialHash !== null) {
          throw new OperatorError(`Kiosk ${number} is in use. First: qrgate kiosk revoke ${number}`)
        }
        // A link that nobody has used leads nowhere from now on.
        const next = { ...old, revokedAt: old.revokedAt ?? at, removedAt: at }
        return { next, events: [kioskEvent(old, 'kiosk.removed', at, by)] }
      })
    },

    async setPolicy(number, document, by) {
      const at = clock()
      const { next, events } = await records.update(number, old => {
        const kiosk = requireUsable(old)
        const version = policyVersion(kiosk.policy)
        // The very same again is a repeat, and so is a try whose first answer a broken connection hid.
        if (kiosk.policy === policyToText(version, document)) return unchanged(kiosk)
        const next = { ...kiosk, policy: policyToText(version + 1, document) }
        const event = kioskEvent(kiosk, 'kiosk.changed', at, by)
        return { next, events: [{ ...event, detail: { fields: ['policy'] } }] }
      })
      return { version: policyVersion(next.policy), changed: events.length > 0 }
    },

    forget,
  }
}
