import { type Keyring, mac, sameText } from './keyring.ts'

/**
 * How `qrgate doctor` learns which gate is behind an address, and what the proxy before it makes of a
 * request. Question and answer are MACs under a key of both: whoever has not the gate's SECRET_KEY gets no
 * answer, and can give none.
 */

/** The keyring's purpose. */
export const gateProofPurpose = 'gate proof'

/** As they stand in headers of `GET /healthz`, which no proxy logs as it does addresses. */
export const questionHeader = 'x-qrgate-question'
export const answerHeader = 'x-qrgate-answer'

/** What a gate sees of a request. */
export interface Seen {
  /** Whom it takes for the sender, as limits and log do. */
  address: string
  /** Who has opened the connection: a proxy, or the sender itself. */
  peer: string
  /** `X-Forwarded-For` as it came; null where there was none. */
  forwarded: string | null
  /** The gate's own PUBLIC_URL. */
  publicUrl: string
  /** The gate's clock, in milliseconds since 1970. */
  at: number
}

/** How long a question is good for, in milliseconds, and how wrong clocks may be. */
const life = 600_000

const question = /^([a-z\d]{1,11})\.([\w-]{22})\.([\w-]{43})$/

/** @param nonce 16 random bytes, so that no answer fits two questions. */
export function askForProof({ current }: Keyring, now: number, nonce: Buffer): string {
  const [at, once] = [now.toString(36), nonce.toString('base64url')]
  return `${at}.${once}.${mac(current, 'question', at, once).toString('base64url')}`
}

/** @returns undefined for a question of whoever has not the key, and for an old one. */
export function answerProof({ current, accepted }: Keyring, asked: string, seen: Seen) {
  const [, at = '', once = '', proof = ''] = question.exec(asked) ?? []
  const isFresh = Math.abs(seen.at - Number.parseInt(at, 36)) <= life
  const proofOf = (key: Keyring['current']) => mac(key, 'question', at, once).toString('base64url')
  if (!isFresh || !accepted.some(key => sameText(proofOf(key), proof))) return undefined
  const told = Buffer.from(JSON.stringify(seen)).toString('base64url')
  return `${told}.${mac(current, 'answer', asked, told).toString('base64url')}`
}

/** @returns undefined for what no gate with our key has answered to this question. */
export function readProof({ accepted }: Keyring, asked: string, answer: string): Seen | undefined {
  const [told = '', proof = ''] = answer.split('.')
  const isOurs = accepted.some(key =>
    sameText(mac(key, 'answer', asked, told).toString('base64url'), proof),
  )
  // Nothing is parsed but what one of us has written.
  return isOurs ? (JSON.parse(Buffer.from(told, 'base64url').toString()) as Seen) : undefined
}
