import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { hashedCredential, newCredential } from '../protocol/credential.ts'
import { type Decide, unchanged } from '../store/change.ts'
import type { Kiosk } from '../store/kiosk.ts'
import { kioskEvent } from './kiosk-event.ts'
import { requireUsable } from './known-kiosk.ts'

/** Time to walk over to the screen with the link. */
const linkLife = 24 * 3_600_000
/** For so long after its first use a link is good once more, in milliseconds. */
const usedLinkLife = 10 * 60_000
/** Chromium writes cookies to its disk about every 30 s: what is used this much later is there. */
const cookieKeptAfter = 60_000

/** A new link's secret, which is shown once, and the columns of a kiosk that has it. */
export function newLink(clock: Clock, randomBytes: (size: number) => Uint8Array) {
  const link = newCredential(randomBytes)
  const linkHash = hashedCredential(link)
  return { link, columns: { linkHash, linkExpiresAt: clock() + linkLife, linkUsedAt: null } }
}

/** What is kept of a link that was used: it leads to its kiosk from the same network alone. */
export function usedLinkHash(link: string, network: string): string {
  return hashedCredential(`${link} ${network}`)
}

export interface LinkUse {
  /** What the row held when the link was looked up. */
  linkHash: string | null
  credentialHash: string
  usedLinkHash: string | null
  /** Milliseconds since 1970. */
  at: number
}

/** Uses an enrolment link: of many calls at once exactly one succeeds. */
export function useLink({ linkHash, credentialHash, usedLinkHash, at }: LinkUse): Decide<Kiosk> {
  return old => {
    // A broken connection may hide that an earlier try succeeded; the credential is random.
    if (old?.credentialHash === credentialHash) return unchanged(old)
    if (old?.linkHash !== linkHash) throw new Refusal('link_used')
    requireUsable(old)
    const isAgain = old.linkUsedAt !== null
    const link =
      usedLinkHash === null
        ? noLink
        : isAgain
          ? { linkHash: usedLinkHash }
          : { linkHash: usedLinkHash, linkExpiresAt: at + usedLinkLife, linkUsedAt: at }
    const next = { ...old, credentialHash, ...link }
    const event = kioskEvent(old, 'kiosk.enrolled', at, { kind: 'kiosk', id: `${old.number}` })
    return { next, events: [{ ...event, ...(isAgain && { detail: { again: 1 } }) }] }
  }
}

const noLink = { linkHash: null, linkExpiresAt: null, linkUsedAt: null }

/**
 * Whether a used link has done its work, as the credential that it gave is used and thus surely kept. A link
 * that nobody has used yet stays: whoever works with an older credential does not end it.
 */
export function isLinkDone({ linkUsedAt }: Kiosk, isCookie: boolean, now: number): boolean {
  return linkUsedAt !== null && !(isCookie && now < linkUsedAt + cookieKeptAfter)
}

/** Ends the link that a kiosk was seen with. */
export function endLink({ linkHash }: Kiosk): Decide<Kiosk> {
  return old => {
    if (!old) throw new Refusal('kiosk_not_enrolled')
    if (old.linkHash !== linkHash) return unchanged(old)
    return { next: { ...old, ...noLink }, events: [], quiet: true }
  }
}
