import { OperatorError } from '../operator-error.ts'
import { publishedKeys, signersOf } from '../signing/key-set.ts'
import { lostKeys } from '../signing/reseal.ts'
import { replaceKeys, rotateKeys } from '../signing/rotation.ts'
import type { SigningKey } from '../store/signing-key.ts'
import { isoTime, operator, say, sayJson, timeOf, withStore } from './command.ts'
import { requireOurSecretKey, sealsOf } from './seals.ts'
import { keptSecretKeys } from './secret-key.ts'

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Readers keep what `/oidc/jwks` says for five minutes, and each node reads it from its rows. */
const shortestNotice = 6 * 60_000
const longestNotice = 30 * 86_400_000

/** `qrgate keys rotate` */
export async function rotate({ in: notice, now }: { in?: string; now?: boolean }): Promise<void> {
  if (now && notice !== undefined) throw new OperatorError('Choose one: --in or --now.')
  const wait = noticeOf(notice ?? '1h')
  await withStore(async (store, config, clock) => {
    const sealed = sealsOf(config, 'signing key')
    const records = store.signingKeys
    requireOurSecretKey(await records.all(), sealed, clock())
    const parts = { records, sealed, clock, by: operator() }
    const key = now ? await replaceKeys(parts) : await rotateKeys(parts, wait)
    if (now) {
      say(`Key ${key.id} signs from now on. The others are gone: their tokens are good no more.`)
      say('Readers that keep the keys in memory may believe them for some minutes yet.')
      return
    }
    say(`Key ${key.id} is published, and signs from ${timeOf(key.signsFrom)}.`)
  })
}

/** `qrgate keys list` */
export async function listKeys({ json = false }: { json?: boolean }): Promise<void> {
  await withStore(async (store, config, clock) => {
    const keys = await store.signingKeys.all()
    const now = clock()
    const canOpen = keptSecretKeys(config).length > 0
    const lost = canOpen ? lostKeys(keys, sealsOf(config, 'signing key'), now) : []
    const [signer] = signersOf(keys, now).filter(({ id }) => !lost.includes(id))
    const published = publishedKeys(keys, now)
    if (json) {
      return sayJson(
        published.map(({ id, signsFrom, acceptedUntil, createdAt }) => ({
          id,
          signs: id === signer?.id,
          secret_key_gone: lost.includes(id),
          signs_from: isoTime(signsFrom),
          published_until: isoTime(acceptedUntil),
          created_at: isoTime(createdAt),
        })),
      )
    }
    for (const key of published) {
      const words = key.id === signer?.id ? 'signs' : stateOf(key, now)
      const note = lost.includes(key.id) ? '  its SECRET_KEY is gone' : ''
      say(`${key.id}  ${words}${note}`)
    }
  }, 'look')
}

function stateOf({ signsFrom, acceptedUntil }: SigningKey, now: number): string {
  if (now < signsFrom) return `signs from ${timeOf(signsFrom)}`
  return acceptedUntil === null ? 'published' : `published until ${timeOf(acceptedUntil)}`
}

/**
 * How long before it signs a key is shown, as it was typed. @returns milliseconds.
 * @throws OperatorError where it is too short for readers to learn of the key, or no time at all.
 */
export function noticeOf(text: string): number {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? []
  const ms = Number(count) * (units[unit ?? ''] ?? Number.NaN)
  if (ms >= shortestNotice && ms <= longestNotice) return ms
  throw new OperatorError(
    '--in must be like 10m, 1h or 2d, from 6m, as readers keep the keys for five minutes, to 30d. ' +
      'For a leaked key there is --now.',
  )
}
