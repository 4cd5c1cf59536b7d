import type { SigningKey } from '../store/signing-key.ts'

/** How long an ID token is good, in milliseconds. */
export const tokenLife = 300_000

/** By how much clocks of readers may be late, in milliseconds. */
const margin = 300_000

/** Whose tokens may still be good: what `/oidc/jwks` shows. */
export function publishedKeys(keys: readonly SigningKey[], now: number): SigningKey[] {
  return keys.filter(({ acceptedUntil }) => acceptedUntil === null || now < acceptedUntil)
}

/** Keys that may sign now, the best first: no token is good for longer than its key is published. */
export function signersOf(keys: readonly SigningKey[], now: number): SigningKey[] {
  return keys
    .filter(({ signsFrom }) => signsFrom <= now)
    .filter(({ acceptedUntil }) => acceptedUntil === null || now + tokenLife <= acceptedUntil)
    .toSorted(bySigning)
    .reverse()
}

/**
 * All keys once there is a new one. Each stays published until no token of it can be good, as the next
 * one signs by then; those for which that is over go.
 */
export function withKey(keys: readonly SigningKey[], added: SigningKey): SigningKey[] {
  const all = [...keys, added].toSorted(bySigning)
  const followed = all.map((key, index) => {
    const next = all[index + 1]
    return next ? acceptedFor(key, next.signsFrom + tokenLife + margin) : key
  })
  return publishedKeys(followed, added.createdAt)
}

function acceptedFor(key: SigningKey, until: number): SigningKey {
  return { ...key, acceptedUntil: Math.min(key.acceptedUntil ?? until, until) }
}

function bySigning(a: SigningKey, b: SigningKey): number {
  return a.signsFrom - b.signsFrom || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
}
